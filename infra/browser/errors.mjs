// Checks each kind of error page: it has the right status, a heading, and a primary button.

import assert from 'node:assert/strict';
import { signUp, submit } from './steps.mjs';

/** Submits a form that Onramp's pages do not have from the open page. Returns the status. */
async function send(page, address, fields) {
  // Wait for the next page, because the old one cannot submit another form.
  const arrived = page.waitForNavigation();
  const sent = page.evaluate(([address, fields]) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: address });
    for (const [name, value] of fields) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    // Submit asynchronously, so that `evaluate` returns before the page unloads.
    setTimeout(() => form.submit());
  }, [address, fields]);
  const [response] = await Promise.all([arrived, sent]);
  return response.status();
}

/** Visits the error pages of a signed-in admin without a plan, and those of visitors. */
export async function visitErrorPages(stack, page, who, see) {
  const check = async (status, got, name) => {
    assert.equal(got, status, name);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main .button-primary').first().waitFor();
    await see(`error-${status}`);
  };
  const open = async (path) => (await page.goto(`${stack.url}${path}`)).status();
  const at = (path) => `${stack.url}${path}`;

  await signUp(stack, page, who, false);
  await check(404, await open('/no/such/page'), 'a mistyped address');
  await check(405, await open('/logout'), 'the address of a form, opened directly');
  await open('/login');
  await check(400, await send(page, at('/login'), [['email', 'a@a.example'], ['email', 'b@b.example']]), 'a field twice');
  await open('/login');
  await check(413, await send(page, at('/login'), [['email', 'a'.repeat(70_000)]]), 'a form that is too large');
  await open('/onboarding/checklist');
  await check(402, await send(page, at('/onboarding/api/checklist/dismiss'), []), 'a change without a plan');
  await signUpAgain(stack, page, who, see);
  await page.goto('data:text/html,<title>elsewhere</title>');
  await check(403, await send(page, at('/logout'), []), 'a form of another site');
  await open('/login');
  let status = 200;
  while (status === 200) status = await send(page, at('/login'), [['email', who.address]]);
  await check(429, status, 'too many requests for links');
  for (const [kind, failure] of [['access_denied', 500], ['throttle', 503]]) {
    await stack.control('POST', 'faults', [{ service: 'dynamodb', function: 'checklist-read', kind }]);
    await check(failure, await open('/dashboard'), `the table: ${kind}`);
    await stack.control('DELETE', 'faults');
  }
}

/** A user with an account signs up again in another browser. */
async function signUpAgain(stack, page, who, see) {
  const context = await page.context().browser().newContext({ viewport: page.viewportSize() });
  const other = await context.newPage();
  await other.goto(`${stack.url}/organizations/new`);
  await other.fill('input[name=name]', who.organization);
  await other.fill('input[name=full_name]', who.name);
  await other.fill('input[name=email]', who.address);
  const [response] = await Promise.all([other.waitForNavigation(), submit(other)]);
  assert.equal(response.status(), 409, 'a known address');
  await other.getByRole('heading', { name: 'You already have an account' }).waitFor();
  await see('error-409', other);
  await context.close();
}
