// Checks every email in narrow and wide windows, light and dark, and the email gallery.

import assert from 'node:assert/strict';
import { submit } from './steps.mjs';

/** Widths in px of an email on a phone and in a reading pane. */
const WIDTHS = [320, 640];

/** Checks each email of the gallery. */
export function checkEmails(looks) {
  return async (stack, page, who, see) => {
    await page.goto(`${stack.url}/_local`);
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
