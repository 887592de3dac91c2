// Checks every email in narrow and wide windows, light and dark, and the email gallery.

import assert from 'node:assert/strict';
import { submit } from './steps.mjs';

/** Widths in px of an email on a phone and in a reading pane. */
const WIDTHS = [320, 640];

/** Checks each email of the gallery. */
export function checkEmails(looks) {
  return async (stack, page, who, see) => {
    await filtersInbox(stack, page);
    await page.getByRole('link', { name: 'All emails' }).waitFor();
    await page.goto(`${stack.url}/_local/mails`);
    await see('mails');
    const links = page.getByRole('navigation', { name: 'Emails' }).getByRole('link');
    const mails = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    assert.ok(mails.length > 10, 'the gallery has emails');
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.getByText('Best regards,').waitFor();
    for (const mail of mails) {
      const response = await fetch(`${stack.url}${mail}.html`);
      assert.equal(response.status, 200, mail);
      // Show the email without its frame and CSP, so that axe can run.
      await page.setContent(await response.text());
      assert.equal(await page.locator('a.button').count(), 1, `${mail}: one button`);
      const button = await page.locator('a.button').boundingBox();
      assert.ok(button.height >= 44, `${mail}: the button is at least 44 px high`);
      await looks(page, `mail-${mail.split('/').at(-1)}`, WIDTHS);
    }
  };
}

/** The inbox of the console shows the emails of one of two organizations with the same name. */
async function filtersInbox(stack, page) {
  const addresses = ['one@twins.example', 'two@twins.example'];
  for (const email of addresses) {
    const body = new URLSearchParams({ name: 'Twins', full_name: 'Jo Doe', email, start_trial: 'true' });
    await fetch(`${stack.url}/organizations/new`, { method: 'POST', body, redirect: 'manual' });
  }
  for (const email of addresses) assert.equal((await stack.mailTo(email)).length, 1);
  await page.goto(`${stack.url}/_local`);
  const filter = page.getByRole('combobox', { name: 'Emails of' });
  await filter.getByRole('option').nth(2).waitFor({ state: 'attached' });
  const labels = await filter.getByRole('option').allTextContents();
  assert.ok(labels[1] !== labels[2] && labels.slice(1).every((label) => /^Twins · \w{6}$/.test(label)), `${labels}`);
  await filter.selectOption({ index: 2 });
  assert.deepEqual(await page.locator('.email-list .who').allTextContents(), [addresses[0]]);
  await filter.selectOption({ index: 0 });
  assert.deepEqual(await page.locator('.email-list .who').allTextContents(), addresses.toReversed(), 'newest first');
}

/** Opens the link of a reminder, unsubscribes, and undoes it. */
export async function stopReminders(stack, page, who, see) {
  const reminder = (await stack.mailTo(who.address)).find((mail) => mail.kind === 'trial_ending');
  assert.equal(reminder.headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
  await page.goto(reminder.headers['List-Unsubscribe'].slice(1, -1));
  await see('unsubscribe');
  await submit(page);
  await page.getByRole('heading', { name: 'Trial reminders are off' }).waitFor();
  await see('unsubscribed');
  await submit(page);
  await page.getByRole('heading', { name: 'Stop trial reminders' }).waitFor();
}
