// Every mail as a mail program shows it: narrow and wide, light and dark; and the gallery that holds them all.

import assert from 'node:assert/strict';
import { submit } from './steps.mjs';

/** What a phone and a reading pane leave to a mail. */
const WIDTHS = [320, 640];

/** Looks at each mail of the gallery. */
export function looksAtMails(looks) {
  return async (stack, page, who, see) => {
    await page.goto(`${stack.url}/_local`);
    await page.getByRole('link', { name: 'All mails' }).waitFor();
    await page.goto(`${stack.url}/_local/mails`);
    await see('mails');
    const links = page.getByRole('navigation', { name: 'Mails' }).getByRole('link');
    const mails = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    assert.ok(mails.length > 10, 'the gallery has mails');
    await page.getByRole('link', { name: 'Text', exact: true }).click();
    await page.getByText('Best regards,').waitFor();
    for (const mail of mails) {
      const answer = await fetch(`${stack.url}${mail}.html`);
      assert.equal(answer.status, 200, mail);
      // Out of its frame and its policy, or the accessibility rules could not be run over it.
      await page.setContent(await answer.text());
      assert.equal(await page.locator('a.button').count(), 1, `${mail}: one button`);
      const button = await page.locator('a.button').boundingBox();
      assert.ok(button.height >= 44, `${mail}: a thumb finds the button`);
      await looks(page, `mail-${mail.split('/').at(-1)}`, WIDTHS);
    }
  };
}

/** The link in a reminder: a look, a press, and a change of mind. */
export async function stopsReminders(stack, page, who, see) {
  const reminder = (await stack.mailTo(who.address)).find((mail) => mail.kind === 'trial_ending');
  assert.equal(reminder.headers['List-Unsubscribe-Post'], 'List-Unsubscribe=One-Click');
  await page.goto(reminder.headers['List-Unsubscribe'].slice(1, -1));
  await see('unsubscribe');
  await submit(page);
  await page.getByRole('heading', { name: 'No more trial reminders' }).waitFor();
  await see('unsubscribed');
  await submit(page);
  await page.getByRole('heading', { name: 'Stop trial reminders' }).waitFor();
}
