// The journeys of a customer, each in four variants: with the keyboard alone, on a phone without
// scripts, and in both color schemes with accessibility rules.

import assert from 'node:assert/strict';
import { press, tabTo } from './keyboard.mjs';
import { tooWide, violations } from './looks.mjs';
import { each, guarded } from './parallel.mjs';
import { person } from './person.mjs';

/** The elements in the host app may not send other headers to Onramp. */
const PLAIN = { extraHTTPHeaders: {} };
const PHONE = { width: 360, height: 800 };

const VARIANTS = {
  keyboard: { keyboard: true },
  'phone without scripts': { scripts: false, viewport: PHONE },
  light: { colorScheme: 'light', reducedMotion: 'reduce' },
  dark: { colorScheme: 'dark', reducedMotion: 'reduce', viewport: PHONE },
};

const JOURNEYS = [startsAProject, invitesAndStays, buysAPlan, correctsAnAddress, undoesAWrongTick];

/** Runs every journey in every variant. */
export async function runVariants(browser, stack, see, faults) {
  const runs = JOURNEYS.flatMap((journey) => Object.entries(VARIANTS).map((variant) => [journey, variant]));
  await each(runs, ([journey, [name, variant]]) => guarded(faults, `${journey.name}, ${name}`, async () => {
    const hand = new Hand(await person(browser, stack, faults, { ...variant, ...PLAIN }), variant);
    try {
      await journey(hand, browser, faults);
    } catch (error) {
      error.message += `\nat ${hand.page.url()}`;
      throw error;
    } finally {
      await hand.who.leaves();
    }
  }));
}

/** A user who works with the mouse or with the keyboard alone, and counts clicks. */
class Hand {
  constructor(who, { keyboard = false, scripts = true, colorScheme }) {
    const { page, stack, address } = who;
    Object.assign(this, { who, page, stack, address, keyboard, clicks: 0 });
    this.accessible = colorScheme !== undefined;
    // A script sends the browser's time zone with the sign-up.
    this.zone = scripts ? 'Europe/Berlin' : 'UTC';
  }

  open(path) {
    return this.page.goto(new URL(path, this.stack.url).href);
  }

  /** Presses the first button or follows the first link with this name. */
  async press(name) {
    this.clicks += 1;
    if (this.keyboard) return press(this.page, name);
    const named = ['button', 'link'].map((role) => this.page.getByRole(role, { name }));
    return named[0].or(named[1]).first().click();
  }

  /** Replaces the text of a field. */
  async fill(field, text) {
    if (!this.keyboard) return this.page.locator(`main [name=${field}]:visible`).first().fill(text);
    await tabTo(this.page, (name) => document.activeElement.name === name, field);
    await this.page.keyboard.press('ControlOrMeta+A');
    return this.page.keyboard.type(text);
  }

  /** Waits for a text. Also checks the layout of the page, and in a color scheme its accessibility. */
  async sees(text) {
    await this.page.getByText(text).first().waitFor({ timeout: 10_000 });
    assert.deepEqual(await tooWide(this.page), []);
    if (this.accessible) assert.deepEqual(await violations(this.page), [], 'accessibility rules');
  }

  async signsUp() {
    await this.open('/');
    await this.press(/^Start free trial/);
    await this.page.waitForURL('**/organizations/new');
    for (const [field, text] of [['name', 'Acme Corp'], ['full_name', 'Jo Doe'], ['email', this.address]]) await this.fill(field, text);
    await this.press(/^Create organization/);
    await this.page.waitForURL('**/onboarding/welcome');
  }

  /** Returns the newest email of a kind. */
  async mail(kind, address = this.address) {
    return (await this.stack.mailTo(address)).filter((mail) => mail.kind === kind).at(-1);
  }

  async organization() {
    const response = await this.page.request.get(`${this.stack.url}/onboarding/api/checklist`);
    return (await response.json()).organization;
  }
}

/** Returns the link of an email to a page of Onramp. */
const link = (mail, page) => mail.text.match(new RegExp(`https?://\\S+/${page}/[^\\s?]+`))[0];

/**
 * A stranger creates a project in the host app with at most five clicks and without a second sign-in.
 * The task is completed.
 */
async function startsAProject(hand) {
  await hand.signsUp();
  await hand.press(/Create project/);
  await hand.page.waitForURL((url) => url.pathname === '/projects');
  await hand.sees('No projects yet');
  await hand.fill('name', 'Website');
  await hand.press(/^Create project/);
  await hand.page.locator('.entries', { hasText: 'Website' }).waitFor();
  assert.ok(hand.clicks <= 5, `${hand.clicks} clicks`);
  assert.equal(await hand.mail('sign_in'), undefined, 'no second sign-in');
  await hand.open('/onboarding/checklist');
  await hand.sees('1 of 8 done');
}

/**
 * A stranger invites a colleague. The invitation leaves after one click that verifies the address.
 * As the only admin, they cannot leave before someone else is an admin.
 */
async function invitesAndStays(hand, browser, faults) {
  const mo = await person(browser, hand.stack, faults);
  await hand.signsUp();
  await hand.open('/members');
  await hand.fill('email', mo.address);
  await hand.press(/^Send invitation/);
  await hand.sees(`You invited ${mo.address}`);
  assert.equal(await hand.mail('invitation', mo.address), undefined, 'the invitation waits');
  await hand.page.goto(link(await hand.mail('welcome'), 'verify'));
  const before = hand.clicks;
  await hand.press(/^Verify email address/);
  await hand.sees('Your email address is verified');
  assert.equal(hand.clicks - before, 1, 'one click verifies the address');

  await mo.page.goto(link(await hand.mail('invitation', mo.address), 'invitations'));
  await mo.page.fill('input[name=full_name]', 'Mo Roe');
  await mo.page.locator('main form button[type=submit]').first().click();
  await mo.page.waitForURL('**/dashboard');
  await mo.leaves();
  await hand.open('/members');
  await hand.sees('Mo Roe');
  const leave = hand.page.getByRole('button', { name: /^Leave/ });
  assert.equal(await leave.count() + await hand.page.getByRole('link', { name: /^Leave/ }).count(), 0, 'the only admin stays');
  const left = await hand.page.request.post(`${hand.stack.url}/members/leave`, { form: { confirmed: 'true' }, headers: { accept: 'application/json' } });
  assert.equal(left.status(), 409);
  const { user } = await hand.who.identity();
  const changed = await hand.page.request.post(`${hand.stack.url}/members/${user}/role`, { form: { role: 'member' }, headers: { accept: 'application/json' } });
  assert.equal(changed.status(), 409, 'the only admin stays an admin');
  await hand.press(/Make admin/);
  await hand.sees('Make member');
  await hand.press(/^Leave/);
  await hand.sees('An admin can invite you again');
}

/**
 * A buyer sees the price before they choose, on the plan card and in the Checkout. Afterwards they see
 * the plan, its price, and the next charge in five places.
 */
async function buysAPlan(hand) {
  await hand.signsUp();
  const { id } = await hand.organization();
  await hand.open(`/organizations/${id}`);
  await hand.sees('You won’t be charged today');
  const card = await hand.page.locator('.plan', { hasText: 'For teams of any size' }).innerText();
  assert.match(card, /29\.00 per month/, 'the plan card says the price');
  await hand.press(/^Choose Team/);
  await hand.sees('Subscribe to Team');
  assert.match(await hand.page.locator('body').innerText(), /29/, 'the Checkout says the price');
  await hand.press(/^Start with a valid card/);
  await hand.page.waitForURL(`${hand.stack.url}/billing/return*`);
  await hand.stack.control('POST', 'settle');
  const { next } = await hand.organization();
  const date = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: hand.zone }).format(new Date(next.at));
  const announces = (text, where) => {
    for (const part of ['Team', '29.00', date]) assert.ok(text.includes(part), `${where} does not say ${part}: ${text}`);
  };
  for (const [where, path, place] of [
    ['return page', hand.page.url(), 'main'],
    ['plan page', `/organizations/${id}`, 'main'],
    ['dashboard', '/dashboard', 'main dl'],
    ['banner', '/dashboard', 'main aside, main .banner'],
  ]) {
    await hand.open(path);
    await hand.sees('Team');
    announces(await hand.page.locator(place).first().innerText(), where);
  }
  announces((await hand.mail('plan_started')).text, 'email');
}

/** A founder corrects a wrong address before an email to it bounces, and again after a bounce. */
async function correctsAnAddress(hand) {
  const [wrong, right] = [`b-${hand.address}`, `c-${hand.address}`];
  await hand.signsUp();
  await hand.open('/account');
  await hand.fill('email', wrong);
  await hand.press(/^Correct|^Save address|^Change/);
  await hand.sees(wrong);
  const welcome = await hand.mail('welcome', wrong);
  assert.ok(welcome, 'a welcome email to the corrected address');

  const tags = Object.fromEntries(Object.entries(welcome.tags).map(([name, value]) => [name, [value]]));
  const bouncedRecipients = [{ emailAddress: wrong }];
  const bounce = { bounceType: 'Permanent', bounceSubType: 'General', bouncedRecipients };
  const mail = { destination: welcome.to, tags: { 'ses:configuration-set': ['onramp-mail'], ...tags } };
  await hand.stack.control('POST', 'events', { source: 'aws.ses', 'detail-type': 'Email Bounced', detail: { eventType: 'Bounce', mail, bounce } });
  await hand.stack.control('POST', 'settle');
  await hand.open('/dashboard');
  await hand.page.locator('#unreachable').waitFor();
  await hand.fill('email', right);
  await hand.press(/^Correct|^Save address|^Change/);
  await hand.page.locator('#unreachable').waitFor({ state: 'detached' });
  assert.ok(await hand.mail('welcome', right), 'a welcome email to the address');
}

/** A wrong skip and a wrong completion are undone. */
async function undoesAWrongTick(hand) {
  await hand.signsUp();
  await hand.open('/onboarding/checklist');
  await hand.press(/^Skip: /);
  await hand.sees('0 of 8 done, 1 skipped');
  await hand.press(/^Undo/);
  await hand.sees(/^0 of 8 done$/);
  const ticked = await hand.page.request.post(`${hand.stack.url}/onboarding/api/checklist/complete/created_project`, { headers: { accept: 'application/json' } });
  assert.equal(ticked.status(), 200);
  await hand.open('/onboarding/checklist');
  await hand.sees('1 of 8 done');
  await hand.press(/^Undo/);
  await hand.sees('0 of 8 done');
}
