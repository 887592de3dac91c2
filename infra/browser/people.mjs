// An admin invites a colleague, who joins on a phone and sees the pages of members.

import assert from 'node:assert/strict';
import { signUp, submit } from './steps.mjs';

/** Opens a browser in the size of a phone, with its own cookies. */
async function phone(page, scripts) {
  const context = await page.context().browser().newContext({
    javaScriptEnabled: scripts,
    viewport: { width: 360, height: 800 },
  });
  return context.newPage();
}

/** An admin invites a colleague, verifies their own address with one click, and manages members. */
export async function inviteColleague(stack, page, who, see) {
  const says = (on, text) => on.getByText(text).first().waitFor({ timeout: 5_000 });
  const colleague = { name: 'Mo Roe', address: `mo-${who.address}` };

  // After the sign-up, an invitation waits until the admin uses the link in the welcome email.
  await signUp(stack, page, who, true);
  await page.getByRole('link', { name: 'Members' }).first().click();
  await says(page, 'Verify your email address');
  await see('members-unverified');
  await page.fill('input[type=email]', 'not-an-address');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await says(page, 'Enter a single email address');
  assert.equal(await page.inputValue('input[type=email]'), 'not-an-address', 'a rejected form keeps the entered values');
  await see('members-refused');
  await page.fill('input[type=email]', colleague.address);
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await says(page, `You invited ${colleague.address}`);
  await see('members-waiting');
  assert.deepEqual(await stack.mailTo(colleague.address), [], 'the invitation waits');
  const welcome = (await stack.mailTo(who.address)).find((mail) => mail.kind === 'welcome');
  await page.goto(welcome.text.match(/https?:\/\/\S+\/verify\/[^\s?]+/)[0]);
  await says(page, colleague.address);
  await see('verify');
  await submit(page);
  await says(page, 'Your email address is verified');
  await see('verified');
  const [mail] = await stack.mailTo(colleague.address);
  assert.equal(mail.kind, 'invitation');
  await page.goto(`${stack.url}/members`);
  await says(page, 'Pending');
  await see('members-invited');

  // The colleague joins on a phone. Members see a note instead of the admin's controls.
  const mo = await phone(page, who.scripts);
  await mo.goto(mail.text.match(/https?:\/\/\S+\/invitations\/[^\s?]+/)[0]);
  await says(mo, `Join ${who.organization}`);
  await see('invitation', mo);
  await mo.fill('input[name=full_name]', colleague.name);
  await submit(mo);
  await mo.waitForURL(`${stack.url}/dashboard`);
  await mo.goto(`${stack.url}/onboarding/checklist`);
  assert.equal(await mo.getByRole('button', { name: /^Skip/ }).count(), 0, 'members cannot change tasks');
  await see('checklist-member', mo);
  await mo.goto(`${stack.url}/dashboard`);
  await see('dashboard-member', mo);
  await mo.goto(`${stack.url}/members`);
  await says(mo, 'Welcome to the team');
  await see('members-as-member', mo);

  // The admin sees both members, and the invitation task is complete.
  await page.goto(`${stack.url}/members`);
  await says(page, colleague.name);
  await see('members-both');
  await page.goto(`${stack.url}/account`);
  await says(page, 'This browser');
  await see('account');
  await page.goto(`${stack.url}/onboarding/checklist`);
  await says(page, '1 of 8');

  // A removed colleague is signed out at the next page.
  await page.goto(`${stack.url}/members`);
  await page.getByRole('link', { name: `Remove: ${colleague.name}` }).click();
  await says(page, 'They’ll lose access immediately');
  await see('member-remove');
  await page.getByRole('button', { name: `Remove ${colleague.name}` }).click();
  await says(page, '1 person');
  await mo.goto(`${stack.url}/dashboard`);
  assert.match(mo.url(), /\/login\b/);
  await mo.context().close();

  // An invited user with an account signs in first and returns to the invitation.
  const ann = { ...who, name: 'Ann Roe', address: `ann-${who.address}`, organization: 'Elsewhere' };
  const own = await phone(page, who.scripts);
  await signUp(stack, own, ann, true);
  await own.goto(`${stack.url}/account`);
  await own.getByRole('button', { name: 'Sign out' }).first().click();
  await page.fill('input[type=email]', ann.address);
  await page.getByRole('button', { name: 'Send invitation' }).click();
  const invitation = (await stack.mailTo(ann.address)).filter((mail) => mail.kind === 'invitation').at(-1);
  await own.goto(invitation.text.match(/https?:\/\/\S+\/invitations\/[^\s?]+/)[0]);
  await says(own, 'You already have an account');
  await see('invitation-sign-in', own);
  await submit(own);
  await own.goto((await stack.mailTo(ann.address)).at(-1).text.match(/https?:\/\/\S+\/login\/[^\s?]+/)[0]);
  await submit(own);
  await own.waitForURL('**/invitations/org_*');
  await see('invitation-signed-in', own);
  await submit(own);
  await own.waitForURL(`${stack.url}/dashboard`);
  await own.context().close();

  // A sign-in link that is opened in another browser shows a warning.
  await page.goto(`${stack.url}/login`);
  await page.getByRole('button', { name: 'Sign out' }).first().click();
  await page.goto(`${stack.url}/login`);
  await page.fill('input[name=email]', who.address);
  await submit(page);
  const link = (await stack.mailTo(who.address)).filter((mail) => mail.kind === 'sign_in').at(-1);
  const other = await phone(page, who.scripts);
  await other.goto(link.text.match(/https?:\/\/\S+\/login\/[^\s?]+/)[0]);
  await says(other, 'another browser');
  await see('login-link-elsewhere', other);
  await other.context().close();
}
