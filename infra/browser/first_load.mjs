// The first load of the checklist page, for somebody whose browser has nothing of ours yet.

import assert from 'node:assert/strict';
import { person } from './person.mjs';

/** The most that may come over the wire, headers included. */
const BYTES = 30_000;

export async function firstLoad(browser, stack, see, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.changes('complete/created_project');
  await stack.control('POST', 'settle');
  const wire = await wireOf(jo);
  await jo.page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((it) => it.value)))
      .observe({ type: 'layout-shift', buffered: true });
  });
  const before = (await stack.control('GET', 'calls')).at(-1)?.seq ?? 0;
  await jo.page.goto(`${stack.url}/onboarding/checklist`, { waitUntil: 'load' });
  // Everything that shows is drawn.
  await jo.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));

  const calls = (await stack.control('GET', `calls?since=${before}`)).filter((call) => call.function === 'checklist-read');
  const page = calls.filter((call) => call.request_id === calls[0]?.request_id);
  assert.deepEqual(page.map((call) => call.operation), ['BatchGetItem'], 'one round trip');

  const total = Object.values(wire).reduce((sum, bytes) => sum + bytes, 0);
  console.log(`first load of the checklist: ${total} bytes over the wire`, wire);
  assert.ok(total <= BYTES, `${total} bytes, at most ${BYTES}`);

  const shifts = await jo.page.evaluate(() => window.shifts);
  assert.deepEqual(shifts, [], 'nothing moves while it loads');

  for (const name of Object.keys(wire).filter((name) => name.startsWith('/assets/'))) {
    const { headers } = await fetch(stack.url + name);
    assert.match(headers.get('cache-control'), /max-age=31536000, immutable/, name);
  }
  await jo.leaves();
}

/** What comes over the wire from here on, by path. */
async function wireOf({ context, page }) {
  const session = await context.newCDPSession(page);
  const wire = {};
  const paths = new Map();
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  session.on('Network.requestWillBeSent', ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    wire[path] = (wire[path] ?? 0) + encodedDataLength;
  });
  return wire;
}
