// Checks the embedded widget and banner on another site, with third-party cookies blocked. All
// three ways of embedding show them, update automatically, and have working buttons. An invalid
// token shows nothing and logs the reason to the console.
//
//   node embed.mjs path/to/onramp

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { look } from './looks.mjs';
import { freePort } from './stack.mjs';
import { mint } from './token.mjs';

const PICTURES = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // Block third-party cookies, as other browsers do by default.
  '--test-third-party-cookie-phaseout',
];

const port = await freePort();
// A browser treats another port as the same site and another host name as another site.
const onramp = `http://localhost:${port}`;
const app = `http://127.0.0.1:${port + 2}`;
/** The page of the sample host app that embeds Onramp in all ways. */
const integration = `${app}/integration`;
// A host app's page with the strictest isolation: it loads only resources that allow it.
let strictPage = '';
const strictSite = createServer((_, response) => {
  const headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(strictPage);
});
await new Promise((done) => strictSite.listen(0, '127.0.0.1', done));
const strict = `http://127.0.0.1:${strictSite.address().port}`;
const binary = resolve(process.argv[2] ?? 'target/debug/onramp');
const options = ['--memory', '--host-app', '--port', String(port), '--set', `EMBED_ORIGINS=${app} ${strict}`];
const child = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] });
let log = '';
for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));

async function control(method, path, body) {
  const response = await fetch(`${onramp}/_local/${path}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${path}: ${response.status}`);
  return response.json();
}

/** Counts the checklist reads since a call, one per poll. */
async function countReads(since) {
  const calls = await control('GET', `calls?since=${since}`);
  return calls.filter((call) => call.function === 'checklist-read' && call.operation === 'BatchGetItem').length;
}

/** Returns a promise and the function that resolves it. */
function deferred() {
  let resolve;
  return [new Promise((done) => (resolve = done)), resolve];
}

/** Waits until a widget or a page shows `count` completed or skipped tasks. */
const settled = (place, count, timeout = 15_000) => place.locator(`progress[value="${count}"]`).first().waitFor({ timeout });

const lastCall = async () => (await control('GET', 'calls')).at(-1)?.seq ?? 0;

try {
  for (let n = 0; ; n++) {
    if (n > 600 || child.exitCode !== null) throw new Error('onramp was not ready');
    if (await fetch(`${onramp}/_local/health`).then((it) => it.ok, () => false)) break;
    await wait(50);
  }
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
  await checkEmbedding(browser);
} catch (error) {
  console.error(error, `\nlog of the stack:\n${log}`);
  process.exitCode = 1;
} finally {
  child.kill();
  strictSite.close();
}

/** Returns the claims for an organization and a user. */
function claimsOf([org, sub]) {
  return { org, sub };
}

/** Signs up another organization. Returns its claims for an embed token. */
async function signUp(name) {
  const form = new URLSearchParams({ name, full_name: 'Mo Roe', email: 'mo@other.example', start_trial: 'true' });
  const response = await fetch(`${onramp}/organizations/new`, { method: 'POST', body: form, redirect: 'manual' });
  return claimsOf(/(org_[^.]+)\.(usr_[^.]+)/.exec(response.headers.get('set-cookie')).slice(1));
}

/**
 * A page with strict isolation shows elements and frames, also with a script whose hash it knows. A frame with an invalid token is empty,
 * without the browser's own error page, and reports the reason to the console and to the page.
 */
async function checkStrictPage(context, person) {
  const page = await context.newPage();
  const logged = [];
  page.on('console', (message) => message.type() === 'error' && logged.push(message.text()));
  const now = Math.floor(Date.parse((await control('GET', 'clock')).now) / 1000);
  const good = { ...person, iat: now, exp: now + 300 };
  const token = mint(good);
  const pin = await (await fetch(`${onramp}/assets/onboarding.json`)).json();
  const script = (integrity) => `<script src="${onramp}${pin.src}" integrity="${integrity}" crossorigin="anonymous" defer></script>`;
  const frames = {
    good: [token, null],
    expired: [mint({ ...good, iat: now - 900, exp: now - 600 }), /^the embed token expired/],
    forged: [`${token}x`, /^the embed token is not/],
    foreign: [mint({ ...good, origin: app }), /^the embed token is for a different origin/],
    none: ['', /^the embed token is missing/],
    odd: [`${token}&part=everything`, /^invalid frame URL/],
  };
  const markup = Object.entries(frames).map(([id, [token]]) => `<iframe id="${id}" title="${id}" src="${onramp}/onboarding/embed?token=${token}"></iframe>`);
  strictPage = `<!DOCTYPE html><html lang="en"><title>Strict</title>
    <script>
      const refusals = {};
      addEventListener('message', ({ origin, source, data }) => {
        const frame = [...document.querySelectorAll('iframe')].find((it) => it.contentWindow === source);
        if (origin === '${onramp}' && data.refused) refusals[frame.id] = data.refused;
      });
    </script>
    ${script(pin.integrity)}
    <onboarding-widget token="${token}"></onboarding-widget>${markup.join('')}`;
  await page.goto(strict);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'the page is isolated');
  await page.locator('onboarding-widget').getByText('of 8 done').first().waitFor();
  await page.frameLocator('#good').getByText('of 8 done').waitFor();
  for (const [id, [, why]] of Object.entries(frames).slice(1)) {
    await page.waitForFunction((id) => refusals[id], id);
    assert.match(await page.evaluate((id) => refusals[id], id), why);
    assert.ok(logged.some((text) => why.test(text.replace(/^onramp: /, ''))), `${why} in ${logged.join('\n')}`);
    assert.equal((await page.frameLocator(`#${id}`).locator('main').textContent()).trim(), '');
  }
  // A script with another hash does not run.
  strictPage = strictPage.replace(script(pin.integrity), script(`sha384-${'A'.repeat(64)}`));
  await page.goto(strict);
  assert.equal(await page.evaluate(() => customElements.get('onboarding-widget')), undefined);
  assert.ok(logged.some((text) => text.includes('integrity')), logged.join('\n'));
  await page.close();
}

async function checkEmbedding(browser) {
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const logged = [];
    page.on('console', (message) => message.type() === 'error' && logged.push(message.text()));
    page.on('pageerror', (error) => logged.push(String(error)));

    // Sign up and open the host app, which accepts the handoff token.
    await page.goto(`${onramp}/organizations/new`);
    await page.fill('input[name=name]', 'Acme Corp');
    await page.fill('input[name=full_name]', 'Jo Doe');
    await page.fill('input[name=email]', 'jo@acme.example');
    await page.locator('main form button[type=submit]').first().click();
    await page.waitForURL(`${onramp}/onboarding/welcome`);
    await page.locator('main a[href="/handover"]').first().click();
    await page.getByRole('heading', { name: 'Hello, Jo Doe' }).waitFor();
    // Use the same session under the other host name. Onramp's cookie stays in the browser and must
    // not be sent.
    const session = (await context.cookies()).find((cookie) => cookie.name === 'host_app_session');
    await context.addCookies([{ name: session.name, value: session.value, url: app }]);
    const sent = [];
    page.on('request', async (request) => {
      if (request.url().startsWith(onramp) && (await request.allHeaders()).cookie) sent.push(request.url());
    });
    // The current page's origin is not in EMBED_ORIGINS, so it logs errors until it is closed.
    await page.goto('about:blank');
    logged.length = 0;
    await page.goto(integration);

    // Three ways of embedding, each with the widget and the banner.
    const element = page.locator('onboarding-widget').first();
    const frame = page.frameLocator('iframe[title=Onboarding]');
    const included = page.locator('section[aria-labelledby=included]');
    for (const way of [element, frame, included]) await way.getByText('0 of 8 done').waitFor({ timeout: 15_000 });
    await page.locator('trial-banner').getByText('14 days left').waitFor();
    await page.frameLocator('iframe[title=Trial]').getByText('14 days left').waitFor();
    await included.getByText('14 days left').waitFor();
    await page.getByText('ob:progress {"completed":0').waitFor();
    const faults = [];
    await look(page, 'host-app', PICTURES, faults);
    assert.deepEqual([...faults, ...logged], [], 'no accessibility or console errors');

    // A host event completes a task: element and frame update without a reload, and the focus
    // stays.
    const skip = element.getByRole('button', { name: 'Skip' });
    await skip.focus();
    const organization = await page.locator('dd code').first().textContent();
    const began = Date.now();
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'project.created', detail: { organization_id: organization } });
    await element.getByText('1 of 8 done').first().waitFor({ timeout: 15_000 });
    const elementTook = Date.now() - began;
    await frame.getByText('1 of 8 done').first().waitFor({ timeout: 15_000 });
    const frameTook = Date.now() - began;
    assert.equal(await page.evaluate(() => document.activeElement.shadowRoot.activeElement?.textContent), 'Skip');
    await page.getByText('ob:progress {"completed":1').waitFor();

    // A button of the element works without opening a page of Onramp. The keyboard focus in the
    // frame stays.
    await frame.getByRole('link', { name: 'See all tasks' }).focus();
    await element.getByRole('button', { name: 'Skip' }).dispatchEvent('click');
    await settled(element, 2, 5_000);
    assert.equal(page.url(), integration);
    await settled(frame, 2);
    assert.equal(await frame.locator('a:focus').textContent(), 'See all tasks');

    // A double click sends one write and does not complete the next task.
    const writes = [];
    const note = (request) => request.method() === 'POST' && writes.push(new URL(request.url()).pathname);
    page.on('request', note);
    await element.getByRole('button', { name: 'Skip' }).dblclick();
    await settled(element, 3, 5_000);
    page.off('request', note);
    assert.equal(writes.length, 1, `${writes}`);

    // If a poll starts before a click and ends after it, its response is outdated. The element then
    // polls again immediately.
    const [polled, markPolled] = deferred();
    const [released, release] = deferred();
    await page.route('**/onboarding/widget', async (route) => {
      if (route.request().frame() !== page.mainFrame()) return route.continue();
      const response = await route.fetch();
      markPolled();
      await released;
      await route.fulfill({ response });
    });
    await polled;
    const written = page.waitForResponse((response) => response.request().method() === 'POST');
    await element.getByRole('button', { name: 'Skip' }).click();
    await written;
    release();
    await settled(element, 4, 3_000);
    await page.unroute('**/onboarding/widget');

    // An open page with elements and frames, each with widget and banner, sends a limited number of
    // requests.
    const since = await lastCall();
    await wait(30_000);
    const inHalfAMinute = await countReads(since);
    assert.ok(inHalfAMinute <= 18, `${inHalfAMinute} requests in 30 s`);

    // A change after the frame loaded its document and before its first poll is shown and announced
    // like any other change.
    const early = await context.newPage();
    const [opened, open] = deferred();
    await early.route('**/assets/frame-*.js', async (route) => {
      await opened;
      await route.continue();
    });
    await early.goto(integration, { waitUntil: 'commit' });
    const late = early.frameLocator('iframe[title=Onboarding]');
    await settled(late, 4);
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'settings.updated', detail: { organization_id: organization } });
    open();
    await settled(late, 5, 4_000);
    assert.equal(await late.locator('[role=status]').textContent(), '2 of 8 done.');
    await early.close();

    // A failed click shows a visible message, with the reason if the user can act on it.
    await settled(element, 5);
    const failed = element.locator('.ob-said');
    const refusal = { status: 402, contentType: 'application/problem+json', headers: { 'access-control-allow-origin': app }, body: '{"detail": "Choose a plan to restore full access."}' };
    for (const [respond, words] of [
      [(route) => route.fulfill(refusal), 'That didn’t work. Choose a plan to restore full access.'],
      [(route) => route.abort(), 'That didn’t work. Try again in a moment.'],
    ]) {
      await page.route('**/checklist/skip/*', respond);
      await element.getByRole('button', { name: 'Skip' }).click();
      await failed.filter({ hasText: words }).waitFor({ timeout: 5_000 });
      assert.ok((await failed.boundingBox()).height > 20, 'the message is visible');
      await page.unroute('**/checklist/skip/*');
    }
    await look(page, 'host-app-failed-click', PICTURES, faults);
    assert.deepEqual(faults, []);

    // Switching to another organization's token is not announced as progress.
    const otherClaims = await signUp('Other Corp');
    const now = Math.floor(Date.parse((await control('GET', 'clock')).now) / 1000);
    const swapped = await page.evaluate(async (tokens) => {
      const element = document.createElement('onboarding-widget');
      const heard = [];
      const progress = () => new Promise((done) => element.addEventListener('ob:progress', ({ detail }) => done(heard.push(detail.completed)), { once: true }));
      element.addEventListener('ob:complete', () => heard.push('complete'));
      document.querySelector('main').append(element);
      for (const token of tokens) {
        const next = progress();
        element.setAttribute('token', token);
        await next;
      }
      const announced = element.shadowRoot.querySelector('[role=status]').textContent;
      element.remove();
      return { heard, announced };
    }, [claimsOf(await page.locator('dd code').allTextContents()), otherClaims].map((claims) => mint({ ...claims, iat: now, exp: now + 300 })));
    assert.deepEqual(swapped, { heard: [2, 0], announced: '' });

    // Onramp's own page also updates: same document, same focus, and the change is announced.
    const ours = await context.newPage();
    ours.on('pageerror', (error) => logged.push(String(error)));
    await ours.goto(`${onramp}/onboarding/checklist`);
    await settled(ours, 5);
    await ours.waitForResponse((response) => response.url().endsWith('/onboarding/api/checklist'));
    await ours.evaluate(() => (globalThis.sameDocument = true));
    const dismiss = ours.getByRole('button', { name: /Dismiss/ }).first();
    await dismiss.focus();
    const changed = Date.now();
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'client.created', detail: { organization_id: organization } });
    await settled(ours, 6);
    const pageTook = Date.now() - changed;
    assert.equal(await ours.evaluate(() => globalThis.sameDocument), true);
    assert.match(await ours.evaluate(() => document.activeElement.textContent), /Dismiss/);
    assert.match(await ours.locator('[role=status]').last().textContent(), /Add client: done\. 3 of 8 done\./);

    // If the page request fails, nothing is announced, and the next poll tries again.
    let pages = 0;
    await ours.route('**/onboarding/checklist', (route) => (pages++ ? route.continue() : route.fulfill({ status: 503 })));
    const refused = ours.waitForResponse((response) => response.status() === 503);
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'report.generated', detail: { organization_id: organization } });
    await refused;
    assert.match(await ours.locator('[role=status]').last().textContent(), /3 of 8 done\./);
    await settled(ours, 7, 40_000);
    assert.match(await ours.locator('[role=status]').last().textContent(), /4 of 8 done\./);
    await ours.close();

    // An expired token, as from a host app that does not renew it.
    logged.length = 0;
    const stale = await page.evaluate(async () => (await (await fetch('/onramp-token')).json()).token);
    await control('POST', 'clock', { advance: '10m' });
    await page.evaluate((token) => {
      const careless = Object.assign(document.createElement('onboarding-widget'), { id: 'careless' });
      careless.setAttribute('token', token);
      const forged = Object.assign(document.createElement('onboarding-widget'), { id: 'forged' });
      forged.setAttribute('token', `${token}x`);
      const lost = document.createElement('trial-banner');
      const old = Object.assign(document.createElement('iframe'), { id: 'old', src: `${document.querySelector('iframe').src.split('?')[0]}?token=${token}` });
      document.querySelector('main').append(careless, forged, lost, old);
    }, stale);
    for (const why of [
      /onramp: the embed token expired \d+ (minutes|seconds) ago/,
      /onramp: the embed token is not signed with a key from HOST_KEYS|onramp: the embed token is not a valid JWT/,
      /onramp: <trial-banner> requires token, token-url, or an ob:token handler/,
    ]) {
      for (let n = 0; !logged.some((text) => why.test(text)); n++) {
        assert.ok(n < 100, `${why} in ${logged.join('\n')}`);
        await wait(100);
      }
    }
    for (const id of ['careless', 'forged']) assert.equal(await page.locator(`#${id} section`).count(), 0, 'the element is empty');
    assert.equal((await page.frameLocator('#old').locator('main').textContent()).trim(), '');
    assert.ok(logged.filter((text) => /expired/.test(text)).length >= 2, 'the frame logs it too');

    await checkStrictPage(context, claimsOf(await page.locator('dd code').allTextContents()));

    // Collapse the widget and hide the banner in the host app's page. A person keeps both choices.
    await element.getByRole('button', { name: 'Collapse' }).click();
    await element.getByRole('button', { name: 'Expand' }).click();
    await element.getByRole('button', { name: 'Collapse' }).waitFor();
    await page.locator('trial-banner').first().getByRole('button', { name: 'Hide' }).click();
    await page.locator('trial-banner').first().locator('aside').waitFor({ state: 'detached' });

    // Dismiss the widget in the host app's page.
    await element.getByRole('button', { name: 'Dismiss' }).click();
    await element.locator('section').waitFor({ state: 'detached' });
    await page.getByText('ob:dismiss {}').waitFor();

    assert.deepEqual(sent, [], 'no cookie was sent to Onramp');

    // A page whose origin is not in EMBED_ORIGINS shows nothing, even with a valid token.
    logged.length = 0;
    await context.addCookies([{ name: session.name, value: session.value, url: `http://localhost:${port + 2}` }]);
    await page.goto(`http://localhost:${port + 2}/integration`);
    for (let n = 0; !logged.some((text) => /Check that http:\/\/localhost:\d+ is in EMBED_ORIGINS/.test(text)); n++) {
      assert.ok(n < 100, logged.join('\n'));
      await wait(100);
    }
    assert.equal(await page.locator('onboarding-widget section').count(), 0);

    // The other pages of the sample that belong to Onramp.
    for (const path of ['/webhooks', '/tenants', '/sign-up']) {
      await page.goto(`http://localhost:${port + 2}${path}`);
      await look(page, `host-app${path.replace('/', '-')}`, PICTURES, faults);
    }
    assert.deepEqual(faults, [], 'no accessibility errors');

    console.log(`embedding works in three ways on another site without cookies; a completion shows after ${elementTook} ms in the element, ${frameTook} ms in the frame, and ${pageTook} ms on Onramp's page; an open page with all of them sends ${inHalfAMinute} requests in 30 seconds`);
  } finally {
    await browser.close();
  }
}
