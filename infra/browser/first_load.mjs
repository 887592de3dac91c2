// Checks the first load of the checklist page with an empty browser cache.

import assert from 'node:assert/strict';
import { person } from './person.mjs';

/** Maximum bytes over the network, including headers. */
const MAX_BYTES = 30_000;

export async function firstLoad(browser, stack, see, faults) {
  const jo = await person(browser, stack, faults);
  await jo.signsUp();
  await jo.changes('complete/created_project');
  await stack.control('POST', 'settle');
  const traffic = await recordTraffic(jo);
  await jo.page.addInitScript(() => {
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((it) => it.value)))
      .observe({ type: 'layout-shift', buffered: true });
  });
  const before = (await stack.control('GET', 'calls')).at(-1)?.seq ?? 0;
  await jo.page.goto(`${stack.url}/onboarding/checklist`, { waitUntil: 'load' });
  // Wait until the page is rendered.
  await jo.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));

  const calls = (await stack.control('GET', `calls?since=${before}`)).filter((call) => call.function === 'checklist-read');
  const page = calls.filter((call) => call.request_id === calls[0]?.request_id);
  assert.deepEqual(page.map((call) => call.operation), ['BatchGetItem'], 'one round trip to the table');

  const total = Object.values(traffic).reduce((sum, bytes) => sum + bytes, 0);
  console.log(`first load of the checklist: ${total} bytes over the network`, traffic);
  assert.ok(total <= MAX_BYTES, `${total} bytes, at most ${MAX_BYTES}`);

  const shifts = await jo.page.evaluate(() => window.shifts);
  assert.deepEqual(shifts, [], 'no layout shift during the load');

  for (const name of Object.keys(traffic).filter((name) => name.startsWith('/assets/'))) {
    const { headers } = await fetch(stack.url + name);
    assert.match(headers.get('cache-control'), /max-age=31536000, immutable/, name);
  }
  await jo.leaves();
}

/** Records the bytes over the network from now on, by path. */
async function recordTraffic({ context, page }) {
  const session = await context.newCDPSession(page);
  const traffic = {};
  const paths = new Map();
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  session.on('Network.requestWillBeSent', ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    traffic[path] = (traffic[path] ?? 0) + encodedDataLength;
  });
  return traffic;
}
