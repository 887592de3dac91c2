// An operator reviews the queue, finds an organization, and extends its trial.

import assert from 'node:assert/strict';
import { signIn, signUp, submit } from './steps.mjs';

/** The local stack's default operator address. */
const ADDRESS = 'operator@example.com';

export async function worksAsOperator(stack, page, who, see) {
  const says = (text) => page.getByText(text).first().waitFor({ timeout: 5_000 });
  const operator = { ...who, address: ADDRESS, name: 'Ann Roe', organization: 'TimeTracker itself' };

  // A sign-up with an operator's address gives no access to the operator pages. A sign-in by an
  // emailed link does.
  await signUp(stack, page, operator, true);
  assert.equal((await page.goto(`${stack.url}/operator`)).status(), 404);
  await page.goto(`${stack.url}/dashboard`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(stack, page, operator, () => {});
  await page.goto(`${stack.url}/operator`);
  await says('Nothing needs attention');
  await see('operator-empty');

  // Create a welcome email with an unknown state, a parked event of an unknown customer, and an
  // unreadable event.
  await stack.control('POST', 'faults', [{ service: 'sesv2', nth: 1, kind: 'error_500' }]);
  const mo = await (await page.context().browser().newContext()).newPage();
  await signUp(stack, mo, { name: 'Mo Roe', organization: 'Vandelay Industries', address: 'mo@vandelay.example' }, true);
  const lost = { 'data.object.metadata.organization_id': 'org_0198c0de-0000-7000-8000-00000000dead' };
  await stack.control('POST', 'stripe/events', { type: 'invoice.paid', customer: 'cus_lost', set: lost });
  await stack.control('POST', 'stripe/events', { type: 'invoice.paid', customer: 'cus_1', set: { object: 'v2.core.event' } });
  await stack.control('POST', 'clock', { advance: '1h' });
  await page.goto(`${stack.url}/operator`);
  await says('Parked: invoice.paid');
  await says('Quarantined: invoice.paid');
  await says('Email delivery not confirmed');
  await see('operator-waiting');

  // An invalid search keeps the entered text. A search for an email address opens the organization.
  await page.fill('input[name=find]', 'vandelay industries');
  await page.getByRole('button', { name: 'Find' }).click();
  await says('Enter an organization ID');
  assert.equal(await page.inputValue('input[name=find]'), 'vandelay industries');
  await see('operator-find-refused');
  await page.fill('input[name=find]', 'mo@vandelay.example');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL('**/operator/organizations/org_*');
  await says('Vandelay Industries');

  // The list of all organizations filters by status, and leads to the pages of the organizations.
  await page.goto(`${stack.url}/operator`);
  await page.getByRole('link', { name: 'View all organizations' }).click();
  await says('Vandelay Industries');
  await see('operator-organizations');
  await page.selectOption('select[name=status]', 'unpaid');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: 'Vandelay Industries' }).waitFor({ state: 'detached' });
  await see('operator-organizations-none');
  await page.fill('input[name=q]', 'mo@vandelay.example');
  await page.selectOption('select[name=status]', '');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL('**/operator/organizations/org_*');

  await stack.control('POST', 'clock', { advance: '15d' });
  await signIn(stack, page, operator, () => {});
  await page.goto(`${stack.url}/operator?find=mo%40vandelay.example`);
  await says('trial expired');
  await page.fill('input[name=days]', '1000');
  await submit(page);
  await says('2 errors to fix');
  await see('operator-extend-refused');
  await page.fill('input[name=days]', '14');
  await page.fill('input[name=reason]', 'Their budget comes in March');
  await submit(page);
  await says('Added 14 days');
  await says('trialing');
  await see('operator-organization');
}
