// Follows the steps of the host app in a browser: while they are under way, when they are done, and
// after a failure. The sample host app is the endpoint.

import assert from 'node:assert/strict';
import { person } from './person.mjs';

const PAGES = { welcome: '/onboarding/welcome', dashboard: '/dashboard', checklist: '/onboarding/checklist' };

/** Visits the pages of each state. `see(page, name)` takes screenshots and checks a page. */
export async function setup(browser, stack, see, faults) {
  const visit = async (who, state, says) => {
    for (const [name, path] of Object.entries(PAGES)) {
      assert.equal(await who.opens(path), 200, path);
      assert.match(await who.page.locator('main').innerText(), says, `${state}, ${name}`);
      await see(who.page, `setup-${state}-${name}`);
    }
  };
  // The endpoint is down, so the step is called again and again.
  await stack.control('POST', 'faults', [{ service: 'host', rate: 1, kind: 'error_500' }]);
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await visit(jo, 'running', /Setting up… 1 of 1/);
  const still = await person(browser, stack, faults, { scripts: false });
  await still.context.addCookies(await jo.context.cookies());
  await still.opens('/dashboard');

  await jo.opens('/dashboard');
  await jo.page.waitForResponse((response) => response.url().endsWith('/onboarding/api/checklist'));
  await stack.control('POST', 'faults', []);
  await stack.control('POST', 'clock', { advance: '20m' });
  await jo.page.getByRole('heading', { name: 'Acme Corp is ready' }).waitFor();
  const heard = jo.page.locator('.for-ears[role=status]');
  assert.equal(await heard.textContent(), 'Acme Corp is ready.', 'screen readers hear it');
  assert.match(await still.page.locator('main').innerText(), /Setting up…/, 'nothing moves without scripts');
  await still.page.reload();
  assert.match(await still.page.locator('main').innerText(), /Acme Corp is ready/);
  await still.leaves();
  await jo.opens('/dashboard');
  await see(jo.page, 'setup-ready-dashboard');
  await jo.leaves();

  const app = new URL(stack.url);
  app.port = `${Number(app.port) + 2}`;
  const switched = await fetch(`${app.origin}/tenants`, { method: 'POST', headers: { origin: app.origin }, body: new URLSearchParams({ mode: 'failing' }), redirect: 'manual' });
  assert.equal(switched.status, 303);
  const ann = await person(browser, stack, faults);
  await ann.signsUp();
  await stack.control('POST', 'settle');
  await visit(ann, 'failed', /Our team has been notified.*Nothing is lost/s);
  await ann.leaves();
}
