// The main job in a real browser: a stranger signs up, is inside at once, sees the trial, the welcome page and the
// checklist, ticks, dismisses and restores, finds the mail, and comes back by a mailed link. Once with scripts, once
// without; with scripts every page is looked at. Others pay, upgrade during a trial, and repair a failed renewal.
//
//   node journey.mjs path/to/onramp

import assert from 'node:assert/strict';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { meetsErrors } from './errors.mjs';
import { look } from './looks.mjs';
import { looksAtMails, stopsReminders } from './mails.mjs';
import { looksAfterThings } from './operator.mjs';
import { bringsAColleague } from './people.mjs';
import { paysAtOnce, repairsARenewal, upgradesOnDayFive } from './payment.mjs';
import { startStack } from './stack.mjs';
import { signIn, submit } from './steps.mjs';

const PICTURES = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');
const BROWSER = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
};

/** Whatever is wrong with the looks of a page; the journey goes on and shows all of it at the end. */
const faults = [];

async function journey(stack, page, who, see) {
  const open = (path) => page.goto(`${stack.url}${path}`);
  const says = (text) => page.getByText(text).first().waitFor({ timeout: 5_000 });
  const press = (name) => page.getByRole('button', { name }).first().click();
  const follow = (name) => page.getByRole('link', { name }).first().click();

  // A stranger signs up ...
  await open('/');
  await see('landing');
  await open('/organizations/new');
  await see('sign-up');
  // A name of blanks is what the browser lets pass and we do not.
  await page.fill('input[name=name]', '   ');
  await page.fill('input[name=full_name]', who.name);
  await page.fill('input[name=email]', who.address);
  await submit(page);
  assert.equal(await page.inputValue('input[name=email]'), who.address, 'a refused form keeps what was typed');
  await see('sign-up-refused');
  await page.fill('input[name=name]', who.organization);
  await submit(page);

  // ... is inside at once, and sees the days of the trial.
  await page.waitForURL(`${stack.url}/onboarding/welcome`);
  await says('14 days left');
  await see('welcome');

  // The checklist stands at nothing, with the first task next.
  await open('/onboarding/checklist');
  await says('0 of 8');
  await says('Invite team member');
  await see('checklist');

  // A tick, and 12 %.
  await press(/^Mark as done/);
  await says('1 of 8');
  await says('12%');
  await see('checklist-ticked');

  // Put aside, and taken back.
  await press('Dismiss checklist');
  await says('put aside');
  await see('checklist-dismissed');
  await press('Restore checklist');
  await page.getByRole('button', { name: 'Dismiss checklist' }).waitFor();
  await says('1 of 8');

  await open('/dashboard');
  await says(who.organization);
  await says('Getting Started');
  await says('Continue setup');
  await see('dashboard');
  await follow('Plan and details');
  await says('Free trial');
  await see('organization');
  await open('/onboarding/guide');
  await see('guide');

  // The welcome mail is there, in both forms.
  const welcome = (await stack.mailTo(who.address)).filter((mail) => mail.kind === 'welcome');
  assert.equal(welcome.length, 1, 'one welcome mail');
  assert.equal(welcome[0].subject, `Welcome to TimeTracker - ${who.organization}`);
  for (const part of [welcome[0].text, welcome[0].html]) assert.match(part, /14 days/);

  // Out, and in again by a mailed link, which only a press of its button consumes.
  await press('Sign out');
  await open('/dashboard');
  assert.match(page.url(), /\/login\b/, 'without a session a page leads to sign-in');
  await signIn(stack, page, who, see);
  await open('/onboarding/checklist');
  await says('1 of 8');
  await open('/no/such/page');
  await see('not-found');
}

/** The end of the trial as a person sees it: three days before, and after. */
async function trialEnds(stack, page, who, see) {
  for (const [advance, words, name] of [['11d', '3 days left', 'trial-warning'], ['4d', 'Your trial has ended', 'trial-ended']]) {
    await stack.control('POST', 'clock', { advance });
    await signIn(stack, page, who, () => {});
    await page.goto(`${stack.url}/dashboard`);
    await page.getByText(words).first().waitFor({ timeout: 5_000 });
    await see(name);
  }
  const kinds = (await stack.mailTo(who.address)).map((mail) => mail.kind);
  for (const kind of ['trial_ending', 'trial_ended']) {
    assert.equal(kinds.filter((it) => it === kind).length, 1, `one mail of the kind ${kind}`);
  }
}

let visits = 0;

/** A person with a browser of their own; everything that a page complains of is a fault. */
async function visit(browser, stack, { scripts, see, walks, ...who }) {
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    viewport: { width: 1280, height: 800 },
    // Each from a place of their own, so that nobody uses up the others' sign-ups of an hour.
    extraHTTPHeaders: { 'x-local-source-ip': `203.0.113.${++visits}` },
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`));
  page.on('console', (message) => {
    // A page that answers 4xx or 5xx on purpose is reported as an error, too.
    const deliberate = /the server responded with a status of [45]/.test(message.text());
    if (message.type() === 'error' && !deliberate) faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on('response', (response) => {
    const part = response.request().resourceType() !== 'document';
    if (part && response.status() >= 400) faults.push(`${response.url()}: ${response.status()}`);
  });
  try {
    for (const walk of walks) await walk(stack, page, { ...who, scripts }, (name, other = page) => see(other, name));
  } catch (error) {
    await page.screenshot({ path: join(PICTURES, 'stopped-here.png'), fullPage: true });
    error.message += `\nat ${page.url()}, see target/screenshots/stopped-here.png`;
    throw error;
  } finally {
    await context.close();
  }
}

const stack = await startStack(resolve(process.argv[2] ?? 'target/debug/onramp'));
const browser = await chromium.launch(BROWSER);
try {
  const jo = {
    scripts: true,
    organization: 'Acme Corp',
    name: 'Jo Doe',
    address: 'jo@acme.example',
    see: (page, name) => look(page, name, PICTURES, faults),
  };
  const sam = {
    scripts: false,
    organization: 'Globex',
    name: 'Sam Roe',
    address: 'sam@globex.example',
    see: () => {},
  };
  await visit(browser, stack, { ...jo, walks: [looksAtMails(PICTURES, faults)] });
  await visit(browser, stack, { ...sam, walks: [journey] });
  for (const [person, organization] of [[sam, 'Hooli Labs'], [jo, 'Vandelay']]) {
    const address = `${organization.split(' ')[0].toLowerCase()}@team.example`;
    await visit(browser, stack, { ...person, organization, address, walks: [bringsAColleague] });
  }
  await visit(browser, stack, { ...jo, organization: 'Wayne Works', address: 'al@wayne.example', walks: [meetsErrors] });
  // The trials come last, since they move the clock that all share.
  const payer = (name, walk) => ({ ...jo, organization: `${name} Ltd`, address: `${name.toLowerCase()}@payer.example`, walks: [walk] });
  await visit(browser, stack, payer('Initech', paysAtOnce));
  await visit(browser, stack, { ...jo, walks: [journey, trialEnds, stopsReminders] });
  await visit(browser, stack, payer('Hooli', upgradesOnDayFive));
  await visit(browser, stack, payer('Umbrella', repairsARenewal));
  await visit(browser, stack, { ...jo, walks: [looksAfterThings] });
} catch (error) {
  faults.push(error.stack, `the stack said:\n${stack.log()}`);
} finally {
  await browser.close();
  stack.stop();
}
for (const fault of new Set(faults)) console.error(fault);
if (!faults.length) console.log('the journey ends well, with scripts and without; pictures in target/screenshots');
process.exitCode = faults.length ? 1 : 0;
