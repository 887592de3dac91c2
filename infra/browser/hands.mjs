// Hands: a keyboard and nothing else, impatient and clumsy ones, and those of two people at once.

import assert from 'node:assert/strict';
import { person } from './person.mjs';

const CHECKLIST = '/onboarding/checklist';

export async function hands(browser, stack, see, faults) {
  for (const hand of [keyboardOnly, impatient, cutOff, waitsInVain, turnedAway, twoTabs, twoAdmins]) {
    try {
      await hand(browser, stack, faults);
    } catch (error) {
      faults.push(`${hand.name}: ${error.stack}`);
    }
  }
}

const done = (page, count) => page.locator('.progress-count', { hasText: `${count} of 8 done` }).first().waitFor({ timeout: 10_000 });

/** From the front door to the eighth tick by Tab, Enter and typing alone; whatever has the focus shows it. */
async function keyboardOnly(browser, stack, faults) {
  const { page, context } = await person(browser, stack, faults);
  await page.goto(stack.url);
  await press(page, /^Start free trial/);
  await page.waitForURL('**/organizations/new');
  for (const [field, text] of [['name', 'Keys & Co'], ['full_name', 'Kay Doe'], ['email', 'kay@keys.example']]) {
    await tabTo(page, (name) => document.activeElement.name === name, field);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/onboarding/welcome');
  await press(page, /^Start with the checklist/);
  await page.waitForURL(`**${CHECKLIST}`);
  await done(page, 0);

  // The first by the large card, one by its circle, one skipped and taken back, the rest as they come.
  await press(page, /^Mark as done/);
  await done(page, 1);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'next', 'the focus goes on to the next task');
  await press(page, /^Skip/);
  await page.locator('#undo').waitFor();
  await page.keyboard.press('Shift+Tab');
  await press(page, /^Undo/, 'Shift+Tab');
  await page.locator('#undo').waitFor({ state: 'detached' });
  for (let count = 2; count <= 8; count++) {
    await press(page, /^Mark as done/);
    await done(page, count);
  }
  await page.getByRole('heading', { name: /all set up/ }).waitFor();
  await context.close();
}

/** A double click ticks one task, not the next one too; an answer that is long in coming is waited for. */
async function impatient(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.page.getByRole('button', { name: /^Mark as done/ }).first().dblclick();
  await done(jo.page, 1);
  assert.equal((await jo.checklist()).completed_count, 1, 'two clicks, one tick');

  let release;
  let sent = 0;
  const held = new Promise((go) => (release = go));
  await jo.page.route('**/onboarding/api/checklist/complete/*', async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  const button = jo.page.getByRole('button', { name: /^Mark as done/ }).first();
  await button.click({ noWaitAfter: true });
  assert.equal(await button.getAttribute('aria-disabled'), 'true', 'it shows that it was heard');
  await button.click({ force: true, noWaitAfter: true });
  release();
  await done(jo.page, 2);
  assert.equal(sent, 1, 'sent once');

  // Back and forth shows how things are, not how they were.
  await jo.opens('/dashboard');
  await jo.page.goBack();
  await done(jo.page, 2);
  await jo.leaves();
}

/** Without a connection nothing is lost: it says so, and the same button works again. */
async function cutOff(browser, stack, faults) {
  const own = [];
  const jo = await person(browser, stack, own);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.page.route('**/onboarding/api/**', (route) => route.abort());
  const button = jo.page.getByRole('button', { name: /^Mark as done/ }).first();
  await button.click();
  await jo.page.getByText('That did not go through').waitFor();
  await jo.page.unroute('**/onboarding/api/**');
  await button.click();
  await done(jo.page, 1);
  faults.push(...own.filter((fault) => !/ERR_FAILED/.test(fault)));
  await jo.leaves();
}

/** Who waits for Stripe's word in vain reads, once the page has looked for a minute, that it looks no more. */
async function waitsInVain(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp(false);
  await jo.page.clock.install();
  await jo.opens('/billing/return');
  const said = jo.page.locator('.note [role=status]');
  assert.match(await said.textContent(), /turns by itself/);
  // Each look begins after the answer to the one before.
  for (let n = 0; n < 100 && /by itself/.test(await said.textContent()); n++) await jo.page.clock.runFor(5_000);
  assert.match(await said.textContent(), /^Stripe has not told us yet\. Look again/);
  await jo.leaves();
}

/** Whose session is over is led to the sign-in; whose plan is over reads why. */
async function turnedAway(browser, stack, faults) {
  const own = [];
  const jo = await person(browser, stack, own);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  await jo.stripe('customer.deleted');
  await jo.page.getByRole('button', { name: /^Mark as done/ }).first().click();
  await jo.page.locator('.plain-code, .plain h1').first().waitFor();
  await jo.opens(CHECKLIST);
  await jo.context.clearCookies();
  assert.equal(await jo.opens(CHECKLIST), 200);
  assert.match(jo.page.url(), /\/login\?next=/);
  await jo.leaves();
}

/** The same task ticked in two tabs is ticked once, and the second tab shows it. */
async function twoTabs(browser, stack, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.opens(CHECKLIST);
  const other = await jo.context.newPage();
  await other.goto(`${stack.url}${CHECKLIST}`);
  for (const page of [jo.page, other]) {
    const button = page.getByRole('button', { name: 'Mark as done: Create project' });
    await button.click();
    await button.waitFor({ state: 'detached' });
    await done(page, 1);
  }
  await jo.leaves();
}

/** Two admins in two browsers tick at once: both ticks stay. */
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
  await Promise.all(both.map(([who, task]) => who.page.getByRole('button', { name: `Mark as done: ${task}` }).click()));
  await Promise.all(both.map(([who, task]) => who.page.getByRole('button', { name: `Mark as done: ${task}` }).waitFor({ state: 'detached' })));
  const { tasks } = await jo.checklist();
  const by = Object.fromEntries(tasks.filter((task) => task.completed).map((task) => [task.key, task.completed_by]));
  assert.deepEqual([by.created_project, by.created_client], ['Jo Doe', 'Mo Roe'], 'both ticks stay');
  for (const [who] of both) {
    await who.opens(CHECKLIST);
    await done(who.page, 3);
    await who.leaves();
  }
}

/** Goes on by Tab to what is called `name`, and presses it. */
async function press(page, name, key = 'Tab') {
  const called = (source) => {
    const it = document.activeElement;
    return new RegExp(source).test(it.getAttribute('aria-label') ?? it.textContent.trim());
  };
  await tabTo(page, called, name.source, key);
  await page.keyboard.press('Enter');
}

/** Goes on by Tab until `found(what)` is true in the page; whatever has the focus on the way must be seen to have it. */
async function tabTo(page, found, what, key = 'Tab') {
  for (let stops = 0; stops < 60; stops++) {
    await page.keyboard.press(key);
    const unseen = await page.evaluate(() => {
      const it = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(it);
      const { top, bottom, left, right } = it.getBoundingClientRect();
      const inside = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
      const seen = it === document.body || (inside && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
      return seen ? null : `${it.localName} ${it.textContent.trim().slice(0, 40)}`;
    });
    assert.equal(unseen, null, 'the focus shows');
    if (await page.evaluate(found, what)) return;
  }
  assert.fail(`Tab does not lead to ${what}`);
}
