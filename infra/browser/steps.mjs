// Steps that several journeys share.

import assert from 'node:assert/strict';

/** Requests a sign-in link and uses it. */
export async function signIn(stack, page, who, see) {
  await page.goto(`${stack.url}/login`);
  await see('login');
  await page.fill('input[name=email]', who.address);
  await submit(page);
  await see('login-asked');
  const mail = (await stack.mailTo(who.address)).filter((mail) => mail.kind === 'sign_in').at(-1);
  assert.ok(mail, 'a sign-in email');
  await page.goto(mail.text.match(/https?:\/\/\S+\/login\/[^\s?]+/)[0]);
  await see('login-link');
  await submit(page);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Signs up a new user, with or without a trial. */
export async function signUp(stack, page, who, trial) {
  await page.goto(`${stack.url}/organizations/new`);
  await page.fill('input[name=name]', who.organization);
  await page.fill('input[name=full_name]', who.name);
  await page.fill('input[name=email]', who.address);
  await page.check(`input[name=start_trial][value=${trial}]`);
  await submit(page);
  await page.waitForURL(trial ? '**/onboarding/welcome' : '**/organizations/org_*');
}

/** Presses the main form's button. */
export async function submit(page) {
  await page.locator('main form button[type=submit]').first().click();
}
