// The main journey in a real browser, with and without scripts. A visitor signs up and sees the
// trial, the welcome page, and the checklist. They complete a task, and dismiss and restore the
// checklist. They get the welcome email and sign in by an emailed link. Further journeys pay,
// upgrade during a trial, and repair a failed renewal.

import assert from 'node:assert/strict';
import { visitErrorPages } from './errors.mjs';
import { checkEmails, stopReminders } from './mails.mjs';
import { worksAsOperator } from './operator.mjs';
import { inviteColleague } from './people.mjs';
import { paysAtOnce, repairsARenewal, upgradesOnDayFive } from './payment.mjs';
import { person } from './person.mjs';
import { signIn, submit } from './steps.mjs';

async function journey(stack, page, who, see) {
  const open = (path) => page.goto(`${stack.url}${path}`);
  const says = (text) => page.getByText(text).first().waitFor({ timeout: 5_000 });
  const press = (name) => page.getByRole('button', { name }).first().click();
  const follow = (name) => page.getByRole('link', { name }).first().click();

  // A visitor signs up ...
  await open('/');
  await open('/organizations/new');
  // The browser accepts a name of spaces, and the server rejects it.
  await page.fill('input[name=name]', '   ');
  await page.fill('input[name=full_name]', who.name);
  await page.fill('input[name=email]', who.address);
  await submit(page);
  assert.equal(await page.inputValue('input[name=email]'), who.address, 'a rejected form keeps the entered values');
  await see('sign-up-refused');
  await page.fill('input[name=name]', who.organization);
  await submit(page);

  // ... is signed in immediately, and sees the days of the trial.
  await page.waitForURL(`${stack.url}/onboarding/welcome`);
  await says('14 days left');

  // The checklist is empty, and the first task is next.
  await open('/onboarding/checklist');
  await says('0 of 8');
  await says('Invite team member');

  // One skipped task of eight is 12 % of the way.
  await press(/^Skip/);
  await says('0 of 8 done, 1 skipped');
  await says('12%');

  // Dismiss and restore the checklist.
  await press('Dismiss checklist');
  await says('Checklist dismissed');
  await press('Restore checklist');
  await page.getByRole('button', { name: 'Dismiss checklist' }).waitFor();
  await says('1 skipped');

  await open('/dashboard');
  await says(who.organization);
  await says('Getting Started');
  await says('Continue setup');
  await press(/^Collapse/);
  await says('7 steps left');
  await page.getByRole('link', { name: 'Continue setup' }).waitFor({ state: 'detached' });
  await press(/^Expand/);
  await says('Continue setup');
  await press(/^Hide/);
  await page.getByRole('link', { name: 'View plans' }).waitFor({ state: 'detached' });
  await follow('Plan & details');
  await says('Free trial');
  await open('/onboarding/guide');

  // The welcome email arrived, as text and HTML.
  const welcome = (await stack.mailTo(who.address)).filter((mail) => mail.kind === 'welcome');
  assert.equal(welcome.length, 1, 'one welcome email');
  assert.equal(welcome[0].subject, `Welcome to TimeTracker - ${who.organization}`);
  for (const part of [welcome[0].text, welcome[0].html]) assert.match(part, /14 days/);

  // Sign out, and sign in by an emailed link. Opening the link does not use it up. Only the button
  // on its page does.
  await press('Sign out');
  await open('/dashboard');
  assert.match(page.url(), /\/login\b/, 'without a session, a page redirects to the sign-in');
  await signIn(stack, page, who, see);
  await open('/onboarding/checklist');
  await says('1 skipped');
  await open('/no/such/page');
  await see('not-found');
}

/** The dashboard three days before the trial end, and after it. The session lives 14 days without use. */
async function trialEnds(stack, page, who) {
  for (const [advance, words] of [['11d', '3 days left'], ['4d', 'Your trial has ended']]) {
    await stack.control('POST', 'clock', { advance });
    await page.goto(`${stack.url}/dashboard`);
    await page.getByText(words).first().waitFor({ timeout: 5_000 });
  }
  const kinds = (await stack.mailTo(who.address)).map((mail) => mail.kind);
  for (const kind of ['trial_ending', 'trial_ended']) {
    assert.equal(kinds.filter((it) => it === kind).length, 1, `one email of the kind ${kind}`);
  }
}

/** Runs all journeys. `see(page, name)` takes screenshots and checks a page. */
export async function runJourneys(browser, stack, see, faults) {
  const visit = async ({ scripts, journeys, sees, ...who }) => {
    const { page } = await person(browser, stack, faults, { scripts });
    try {
      for (const run of journeys) await run(stack, page, { ...who, scripts }, (name, other = page) => sees && see(other, name));
    } catch (error) {
      error.message += `\nat ${page.url()}`;
      throw error;
    } finally {
      await page.context().close();
    }
  };
  const jo = { scripts: true, sees: true, organization: 'Acme Corp', name: 'Jo Doe', address: 'jo@acme.example' };
  const sam = { scripts: false, sees: false, organization: 'Globex', name: 'Sam Roe', address: 'sam@globex.example' };
  await visit({ ...jo, journeys: [checkEmails(see)] });
  await visit({ ...sam, journeys: [journey] });
  await visit({ ...jo, organization: 'Vandelay', address: 'vandelay@team.example', journeys: [inviteColleague] });
  await visit({ ...jo, organization: 'Wayne Works', address: 'al@wayne.example', journeys: [visitErrorPages] });
  // The trial journeys come last, because they advance the shared clock.
  const payer = (name, run) => ({ ...jo, organization: `${name} Ltd`, address: `${name.toLowerCase()}@payer.example`, journeys: [run] });
  await visit(payer('Initech', paysAtOnce));
  await visit({ ...jo, journeys: [journey, trialEnds, stopReminders] });
  await visit(payer('Hooli', upgradesOnDayFive));
  await visit(payer('Umbrella', repairsARenewal));
  await visit({ ...jo, journeys: [worksAsOperator] });
}
