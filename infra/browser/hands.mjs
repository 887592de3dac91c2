// Checks special ways of use: keyboard only, double clicks, a lost connection, an ended session,
// two tabs, two admins.

import assert from 'node:assert/strict';
import { press, tabTo } from './keyboard.mjs';
import { person } from './person.mjs';

const CHECKLIST = '/onboarding/checklist';

export async function hands(browser, stack, see, faults) {
  for (const hand of [keyboardOnly, doubleClick, offline, paymentPageStopsPolling, sessionOrPlanEnded, twoTabs, twoAdmins]) {
    try {
      await hand(browser, stack, faults);
    } catch (error) {
      faults.push(`${hand.name}: ${error.stack}`);
    }
  }
}

/** Waits until the page shows `count` completed or skipped tasks. */
const settled = (page, count) => page.locator(`.progress progress[value="${count}"]`).first().waitFor({ timeout: 10_000 });

/**
 * Signs up and skips all eight tasks with the keyboard alone. Every focused element has a
 * visible focus ring.
 */
async function keyboardOnly(browser, stack, faults) {
  const { page, context } = await person(browser, stack, faults);
  await page.goto(stack.url);
  await press(page, /^Start free trial/);
  await page.waitForURL('**/organizations/new');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'name', 'the first field has the focus');
  await page.keyboard.type('Keys & Co');
  for (const [field, text] of [['full_name', 'Kay Doe'], ['email', 'kay@keys.example']]) {
    await tabTo(page, (name) => document.activeElement.name === name, field);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/onboarding/welcome');
  await press(page, /^Start with the checklist/);
  await page.waitForURL(`**${CHECKLIST}`);
  await settled(page, 0);

  // Skip the first task on the large card, skip the next one and undo that, then skip the rest.
  await press(page, /^Skip: /);
  await settled(page, 1);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'next', 'the focus moves to the next task');
  await press(page, /^Skip: /);
  await settled(page, 2);
  await page.keyboard.press('Shift+Tab');
  await press(page, /^Undo/, 'Shift+Tab');
  await settled(page, 1);
  for (let count = 2; count <= 8; count++) {
    await press(page, /^Skip: /);
    await settled(page, count);
  }
  await page.getByRole('heading', { name: /all set up/ }).waitFor();
  await context.close();
}

/** A double click skips one task. A button stays disabled until a slow response arrives. */
async function doubleClick(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.page.getByRole('button', { name: /^Skip/ }).first().dblclick();
  await settled(jo.page, 1);
  assert.equal((await jo.checklist()).tasks.filter((task) => task.skipped).length, 1, 'a double click skips one task');

  let release;
  let sent = 0;
  const released = new Promise((go) => (release = go));
  await jo.page.route('**/onboarding/api/checklist/skip/*', async (route) => {
    sent += 1;
    await released;
    await route.continue();
  });
  const button = jo.page.getByRole('button', { name: /^Skip/ }).first();
  await button.click({ noWaitAfter: true });
  assert.equal(await button.getAttribute('aria-disabled'), 'true', 'the button is disabled while the request runs');
  await button.click({ force: true, noWaitAfter: true });
  release();
  await settled(jo.page, 2);
  assert.equal(sent, 1, 'the request is sent once');

  // Going back shows the current state, not the cached page.
  await jo.opens('/dashboard');
  await jo.page.goBack();
  await settled(jo.page, 2);
  await jo.leaves();
}

/** Without a connection, a click shows a message. With a connection, the same button works. */
async function offline(browser, stack, faults) {
  const own = [];
  const jo = await person(browser, stack, own);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.page.route('**/onboarding/api/**', (route) => route.abort());
  const button = jo.page.getByRole('button', { name: /^Skip/ }).first();
  await button.click();
  await jo.page.getByText('That didn’t work').waitFor();
  await jo.page.unroute('**/onboarding/api/**');
  await button.click();
  await settled(jo.page, 1);
  faults.push(...own.filter((fault) => !/ERR_FAILED/.test(fault)));
  await jo.leaves();
}

/** If Stripe's event does not arrive within a minute, the page says that it stopped checking. */
async function paymentPageStopsPolling(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp(false);
  await jo.page.clock.install();
  await jo.opens('/billing/return');
  const status = jo.page.locator('.note [role=status]');
  assert.match(await status.textContent(), /updates automatically/);
  // Each poll starts after the previous response.
  for (let n = 0; n < 100 && /updates automatically/.test(await status.textContent()); n++) await jo.page.clock.runFor(5_000);
  assert.match(await status.textContent(), /^We haven’t received confirmation from Stripe yet\. Check again/);
  await jo.leaves();
}

/**
 * After the plan ends, a click leads to an explanation. After the session ends, a page redirects to
 * the sign-in.
 */
async function sessionOrPlanEnded(browser, stack, faults) {
  const own = [];
  const jo = await person(browser, stack, own);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.stripe('customer.deleted');
  await jo.page.getByRole('button', { name: /^Skip/ }).first().click();
  await jo.page.locator('.plain-code, .plain h1').first().waitFor();
  await jo.opens(CHECKLIST);
  await jo.context.clearCookies();
  assert.equal(await jo.opens(CHECKLIST), 200);
  assert.match(jo.page.url(), /\/login\?next=/);
  await jo.leaves();
}

/** A task that is skipped in two tabs is skipped once, and the second tab shows it. */
async function twoTabs(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  const other = await jo.context.newPage();
  await other.goto(`${stack.url}${CHECKLIST}`);
  for (const page of [jo.page, other]) {
    const button = page.getByRole('button', { name: 'Skip: Invite team member' });
    await button.click();
    await button.waitFor({ state: 'detached' });
    await settled(page, 1);
  }
  await jo.leaves();
}

/** Two admins skip tasks at the same time, and both changes are kept. */
async function twoAdmins(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.signsIn();
  const mo = await person(browser, stack, faults);
  await jo.posts('/members/invitations', { email: mo.address, role: 'admin' });
  const [mail] = await stack.mailTo(mo.address);
  await mo.page.goto(mail.text.match(/https?:\/\/\S+\/invitations\/[^\s?]+/)[0]);
  await mo.page.fill('input[name=full_name]', 'Mo Roe');
  await mo.page.locator('main form button[type=submit]').first().click();
  await mo.page.waitForURL('**/dashboard');
  const both = [[jo, 'Create project'], [mo, 'Add client']];
  for (const [who] of both) await who.opens(CHECKLIST);
  await mo.page.getByText('Add client').first().click();
  const skip = ([who, task]) => who.page.getByRole('button', { name: `Skip: ${task}` });
  await Promise.all(both.map((one) => skip(one).click()));
  await Promise.all(both.map((one) => skip(one).waitFor({ state: 'detached' })));
  const { tasks } = await jo.checklist();
  const skipped = tasks.filter((task) => task.skipped).map((task) => task.key);
  assert.deepEqual(skipped, ['created_project', 'created_client'], 'both changes are kept');
  for (const [who] of both) {
    await who.opens(CHECKLIST);
    await settled(who.page, 3);
    await who.leaves();
  }
}
