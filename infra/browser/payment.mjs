// Payments with the local Stripe mock, which has its own origin.

import assert from 'node:assert/strict';
import { signIn, signUp } from './steps.mjs';

/** Chooses the team plan on the organization's page, which opens Checkout. */
async function choosePlan(page, stack) {
  await page.getByRole('button', { name: /^Choose Team/ }).click();
  await page.getByRole('heading', { name: 'Subscribe to Team' }).waitFor();
  assert.ok(!page.url().startsWith(stack.url), 'Checkout has its own origin');
}

/** Returns the organization from the checklist API. */
async function organization(stack, page) {
  const response = await page.request.get(`${stack.url}/onboarding/api/checklist`);
  assert.equal(response.status(), 200);
  return (await response.json()).organization;
}

/** Pays without a trial. The return page updates automatically when Stripe's event arrives. */
export async function paysAtOnce(stack, page, who, see) {
  await signUp(stack, page, who, false);
  await see('plans');
  await choosePlan(page, stack);
  // Delay Stripe's event: the page has to wait and then update.
  await stack.control('POST', 'stripe/delivery', { mode: 'hold' });
  await page.getByRole('button', { name: 'Pay with a valid card' }).click();
  await page.getByText('Waiting for Stripe', { exact: true }).waitFor();
  await see('paid-waiting');
  await stack.control('POST', 'stripe/delivery', { mode: 'normal' });
  await page.getByText('Your plan is active').waitFor({ timeout: 30_000 });
  await see('paid');
  const { status, access } = await organization(stack, page);
  assert.deepEqual([status, access], ['active', 'full']);
  assert.equal((await stack.mailTo(who.address)).filter((mail) => mail.kind === 'welcome').length, 1);
}

/** An upgrade on the fifth day of a trial keeps the trial's end date. */
export async function upgradesOnDayFive(stack, page, who, see) {
  await signUp(stack, page, who, true);
  const { id, trial_ends_at: end } = await organization(stack, page);
  await stack.control('POST', 'clock', { advance: '5d' });
  await page.goto(`${stack.url}/organizations/${id}`);
  await see('plans-in-trial');
  await choosePlan(page, stack);
  await page.getByRole('button', { name: 'Start with a valid card' }).click();
  await page.waitForURL(`${stack.url}/billing/return*`);
  await stack.control('POST', 'settle');
  const after = await organization(stack, page);
  assert.deepEqual([after.status, after.trial_ends_at], ['trialing', end], 'the trial end does not move');
}

/** A failed renewal shows an alert, and a new card in the portal resolves it. */
export async function repairsARenewal(stack, page, who, see) {
  await signUp(stack, page, who, false);
  await choosePlan(page, stack);
  await page.getByRole('button', { name: /^Card that fails on the next charge/ }).click();
  await page.waitForURL(`${stack.url}/billing/return*`);
  await stack.control('POST', 'clock', { advance: '32d' });
  await signIn(stack, page, who, () => {});
  await page.goto(`${stack.url}/dashboard`);
  await page.getByText('A payment failed').first().waitFor();
  await see('payment-failed');
  await page.getByRole('button', { name: 'Update payment' }).first().click();
  await page.getByRole('heading', { name: 'Billing' }).waitFor();
  await page.getByLabel('Card').selectOption({ label: 'Valid card: pays open invoices now' });
  await page.getByRole('button', { name: 'Update card' }).click();
  await page.getByText('A payment failed. A valid card pays it immediately.').waitFor({ state: 'detached' });
  await stack.control('POST', 'settle');
  await page.goto(`${stack.url}/dashboard`);
  await page.getByText('Getting Started').first().waitFor();
  assert.equal(await page.getByText('A payment failed').count(), 0);
  const { status, billing_issue: issue } = await organization(stack, page);
  assert.deepEqual([status, issue], ['active', null]);
}
