// What goes wrong, as a person meets it: each kind of error page says what happened and leads on.

import assert from 'node:assert/strict';
import { signUp, submit } from './steps.mjs';

/** Sends a form that no page of ours has, from the page that is open; answers the status. */
async function send(page, address, fields) {
  // Until the next page stands: the one that is left can take no further form.
  const arrived = page.waitForNavigation();
  const sent = page.evaluate(([address, fields]) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: address });
    for (const [name, value] of fields) form.append(Object.assign(document.createElement('input'), { name, value }));
    document.body.append(form);
    // Later, so that the page that is left can still answer.
    setTimeout(() => form.submit());
  }, [address, fields]);
  const [response] = await Promise.all([arrived, sent]);
  return response.status();
}

/** Every error page of a signed-in admin without a plan, and those that strangers meet. */
export async function meetsErrors(stack, page, who, see) {
  const meet = async (status, got, name) => {
    assert.equal(got, status, name);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('main .button-primary').first().waitFor();
    await see(`error-${status}`);
  };
  const open = async (path) => (await page.goto(`${stack.url}${path}`)).status();
  const at = (path) => `${stack.url}${path}`;

  await signUp(stack, page, who, false);
  await meet(404, await open('/no/such/page'), 'a mistyped address');
  await meet(405, await open('/logout'), 'an address for buttons, typed');
  await open('/login');
  await meet(400, await send(page, at('/login'), [['email', 'a@a.example'], ['email', 'b@b.example']]), 'a field twice');
  await open('/login');
  await meet(413, await send(page, at('/login'), [['email', 'a'.repeat(70_000)]]), 'more than a form holds');
  await open('/onboarding/checklist');
  await meet(402, await send(page, at('/onboarding/api/checklist/dismiss'), []), 'a change without a plan');
  await signsUpAgain(stack, page, who, see);
  await page.goto('data:text/html,<title>elsewhere</title>');
  await meet(403, await send(page, at('/logout'), []), 'a form of another site');
  await open('/login');
  let status = 200;
  while (status === 200) status = await send(page, at('/login'), [['email', who.address]]);
  await meet(429, status, 'too many links');
  for (const [kind, failure] of [['access_denied', 500], ['throttle', 503]]) {
    await stack.control('POST', 'faults', [{ service: 'dynamodb', function: 'checklist-read', kind }]);
    await meet(failure, await open('/dashboard'), `the table: ${kind}`);
    await stack.control('DELETE', 'faults');
  }
}

/** Somebody with an account, in a browser that does not know them, signs up once more. */
async function signsUpAgain(stack, page, who, see) {
  const context = await page.context().browser().newContext({ viewport: page.viewportSize() });
  const other = await context.newPage();
  await other.goto(`${stack.url}/organizations/new`);
  await other.fill('input[name=name]', who.organization);
  await other.fill('input[name=full_name]', who.name);
  await other.fill('input[name=email]', who.address);
  const [response] = await Promise.all([other.waitForNavigation(), submit(other)]);
  assert.equal(response.status(), 409, 'a known address');
  await other.getByRole('heading', { name: 'You have an account already' }).waitFor();
  await see('error-409', other);
  await context.close();
}
