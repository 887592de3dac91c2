// The main job in a real browser: a stranger signs up, is inside at once, sees the trial, the welcome page and the
// checklist, ticks, dismisses and restores, finds the mail, and comes back by a mailed link. Once with scripts, once
// without. Others pay, upgrade during a trial, and repair a failed renewal.

import assert from 'node:assert/strict';
import { meetsErrors } from './errors.mjs';
import { looksAtMails, stopsReminders } from './mails.mjs';
import { looksAfterThings } from './operator.mjs';
import { bringsAColleague } from './people.mjs';
import { paysAtOnce, repairsARenewal, upgradesOnDayFive } from './payment.mjs';
import { person } from './person.mjs';
import { signIn, submit } from './steps.mjs';

async function journey(stack, page, who, see) {
  const open = (path) => page.goto(`${stack.url}${path}`);
  const says = (text) => page.getByText(text).first().waitFor({ timeout: 5_000 });
  const press = (name) => page.getByRole('button', { name }).first().click();
  const follow = (name) => page.getByRole('link', { name }).first().click();

  // A stranger signs up ...
  await open('/');
  await open('/organizations/new');
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

  // The checklist stands at nothing, with the first task next.
  await open('/onboarding/checklist');
  await says('0 of 8');
  await says('Invite team member');

  // A tick, and 12 %.
  await press(/^Mark as done/);
  await says('1 of 8');
  await says('12%');

  // Put aside, and taken back.
  await press('Dismiss checklist');
  await says('put aside');
  await press('Restore checklist');
  await page.getByRole('button', { name: 'Dismiss checklist' }).waitFor();
  await says('1 of 8');

  await open('/dashboard');
  await says(who.organization);
  await says('Getting Started');
  await says('Continue setup');
  await follow('Plan and details');
  await says('Free trial');
  await open('/onboarding/guide');

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
async function trialEnds(stack, page, who) {
  for (const [advance, words] of [['11d', '3 days left'], ['4d', 'Your trial has ended']]) {
    await stack.control('POST', 'clock', { advance });
    await signIn(stack, page, who, () => {});
    await page.goto(`${stack.url}/dashboard`);
    await page.getByText(words).first().waitFor({ timeout: 5_000 });
  }
  const kinds = (await stack.mailTo(who.address)).map((mail) => mail.kind);
  for (const kind of ['trial_ending', 'trial_ended']) {
    assert.equal(kinds.filter((it) => it === kind).length, 1, `one mail of the kind ${kind}`);
  }
}

/** Everybody walks their way; `see(page, name)` looks at a page. */
export async function walkAll(browser, stack, see, faults) {
  const visit = async ({ scripts, walks, sees, ...who }) => {
    const { page } = await person(browser, stack, faults, { scripts });
    try {
      for (const walk of walks) await walk(stack, page, { ...who, scripts }, (name, other = page) => sees && see(other, name));
    } catch (error) {
      error.message += `\nat ${page.url()}`;
      throw error;
    } finally {
      await page.context().close();
    }
  };
  const jo = { scripts: true, sees: true, organization: 'Acme Corp', name: 'Jo Doe', address: 'jo@acme.example' };
  const sam = { scripts: false, sees: false, organization: 'Globex', name: 'Sam Roe', address: 'sam@globex.example' };
  await visit({ ...jo, walks: [looksAtMails(see)] });
  await visit({ ...sam, walks: [journey] });
  for (const [person, organization] of [[sam, 'Hooli Labs'], [jo, 'Vandelay']]) {
    const address = `${organization.split(' ')[0].toLowerCase()}@team.example`;
    await visit({ ...person, organization, address, walks: [bringsAColleague] });
  }
  await visit({ ...jo, organization: 'Wayne Works', address: 'al@wayne.example', walks: [meetsErrors] });
  // The trials come last, since they move the clock that all share.
  const payer = (name, walk) => ({ ...jo, organization: `${name} Ltd`, address: `${name.toLowerCase()}@payer.example`, walks: [walk] });
  await visit(payer('Initech', paysAtOnce));
  await visit({ ...jo, walks: [journey, trialEnds, stopsReminders] });
  await visit(payer('Hooli', upgradesOnDayFive));
  await visit(payer('Umbrella', repairsARenewal));
  await visit({ ...jo, walks: [looksAfterThings] });
}
