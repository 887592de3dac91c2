// Pieces of Onramp in a page of another site, with third-party cookies blocked: each of the three ways shows them, a tick
// comes by itself, buttons work, and a bad token shows nothing and says why in the console.
//
//   node embed.mjs path/to/onramp     or as a walk of journey.mjs

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { look } from './looks.mjs';
import { freePort } from './stack.mjs';

const PICTURES = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');
const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // What other browsers do and this one does when told to.
  '--test-third-party-cookie-phaseout',
];

const port = await freePort();
// Another port is the same site to a browser; another name is another site.
const onramp = `http://localhost:${port}`;
const app = `http://127.0.0.1:${port + 2}`;
// A host app's page of its own, as strict as pages can be: it loads only what says that it may be loaded.
let strictPage = '';
const strictSite = createServer((_, answer) => {
  const headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(strictPage);
});
await new Promise((done) => strictSite.listen(0, '127.0.0.1', done));
const strict = `http://127.0.0.1:${strictSite.address().port}`;
const binary = resolve(process.argv[2] ?? 'target/debug/onramp');
const options = ['--memory', '--host-app', '--port', String(port), '--set', `EMBED_ORIGINS=${app} ${strict}`];
const child = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] });
let log = '';
for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));

async function control(method, path, body) {
  const answer = await fetch(`${onramp}/_local/${path}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/** How often Onramp was asked for something since, by path. */
async function asked(since) {
  const calls = await control('GET', `calls?since=${since}`);
  return calls.filter((call) => call.function === 'checklist-read' && call.operation === 'BatchGetItem').length;
}

/** A promise, and what keeps it. */
function promise() {
  let keep;
  return [new Promise((done) => (keep = done)), keep];
}

const lastCall = async () => (await control('GET', 'calls')).at(-1)?.seq ?? 0;

try {
  for (let n = 0; ; n++) {
    if (n > 600 || child.exitCode !== null) throw new Error('onramp was not ready');
    if (await fetch(`${onramp}/_local/health`).then((it) => it.ok, () => false)) break;
    await wait(50);
  }
  await walk(await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS }));
} catch (error) {
  console.error(error, `\nthe stack said:\n${log}`);
  process.exitCode = 1;
} finally {
  child.kill();
  strictSite.close();
}

/** A token as the host app's server mints it, with the key that Onramp has locally; docs/host-app.md has the same. */
function mint(claims) {
  const header = { alg: 'HS256', typ: 'JWT', kid: 'local' };
  const signed = [header, { aud: 'onramp:embed', ...claims }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const secret = Buffer.from('dGhlLWhvc3QtYXBwLXNwZWFrcy1ieS10aGlzLW9uZS1sb2NhbGx5', 'base64url');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** Whom the host app's page names. */
function who([org, sub]) {
  return { org, sub };
}

/** Somebody else's organization, as claims of a token. */
async function signUp(name) {
  const form = new URLSearchParams({ name, full_name: 'Mo Roe', email: 'mo@other.example', start_trial: 'true' });
  const answer = await fetch(`${onramp}/organizations/new`, { method: 'POST', body: form, redirect: 'manual' });
  return who(/(org_[^.]+)\.(usr_[^.]+)/.exec(answer.headers.get('set-cookie')).slice(1));
}

/**
 * A page that demands of everything it loads that it may be loaded holds elements and frames; and a frame that has nothing
 * to show is ours and empty, never the browser's own refusal, and says why in the console and to the page.
 */
async function holdsStrictly(context, person) {
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
  const now = Math.floor(Date.parse((await control('GET', 'clock')).now) / 1000);
  const good = { ...person, iat: now, exp: now + 300 };
  const token = mint(good);
  const frames = {
    good: [token, null],
    expired: [mint({ ...good, iat: now - 900, exp: now - 600 }), /^the embed token expired/],
    forged: [`${token}x`, /^the embed token is not/],
    foreign: [mint({ ...good, origin: app }), /^the embed token is for pages of another origin/],
    none: ['', /^the embed token is missing/],
    odd: [`${token}&part=everything`, /^the frame's address takes token/],
  };
  const held = Object.entries(frames).map(([id, [token]]) => `<iframe id="${id}" title="${id}" src="${onramp}/onboarding/embed?token=${token}"></iframe>`);
  strictPage = `<!DOCTYPE html><html lang="en"><title>Strict</title>
    <script>
      const heard = {};
      addEventListener('message', ({ origin, source, data }) => {
        const frame = [...document.querySelectorAll('iframe')].find((it) => it.contentWindow === source);
        if (origin === '${onramp}' && data.refused) heard[frame.id] = data.refused;
      });
    </script>
    <script src="${onramp}/assets/onboarding.js" defer></script>
    <onboarding-widget token="${token}"></onboarding-widget>${held.join('')}`;
  await page.goto(strict);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'the page is strict');
  await page.locator('onboarding-widget').getByText('of 8 done').first().waitFor();
  await page.frameLocator('#good').getByText('of 8 done').waitFor();
  for (const [id, [, why]] of Object.entries(frames).slice(1)) {
    await page.waitForFunction((id) => heard[id], id);
    assert.match(await page.evaluate((id) => heard[id], id), why);
    assert.ok(said.some((text) => why.test(text.replace(/^onramp: /, ''))), `${why} in ${said.join('\n')}`);
    assert.equal((await page.frameLocator(`#${id}`).locator('main').textContent()).trim(), '');
  }
  await page.close();
}

async function walk(browser) {
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));

    // Somebody signs up, and goes on to the host app, which lets them in.
    await page.goto(`${onramp}/organizations/new`);
    await page.fill('input[name=name]', 'Acme Corp');
    await page.fill('input[name=full_name]', 'Jo Doe');
    await page.fill('input[name=email]', 'jo@acme.example');
    await page.locator('main form button[type=submit]').first().click();
    await page.waitForURL(`${onramp}/onboarding/welcome`);
    await page.locator('form[action="/handover"] button').first().click();
    await page.getByRole('heading', { name: 'Hello, Jo Doe' }).waitFor();
    // The same session under the other name. Onramp's own cookie stays in the browser, and nothing of it may be sent.
    const session = (await context.cookies()).find((cookie) => cookie.name === 'host_app_session');
    await context.addCookies([{ name: session.name, value: session.value, url: app }]);
    const sent = [];
    page.on('request', async (request) => {
      if (request.url().startsWith(onramp) && (await request.allHeaders()).cookie) sent.push(request.url());
    });
    // That page is at an origin that is not listed, and complains as long as it is there.
    await page.goto('about:blank');
    said.length = 0;
    await page.goto(app);

    // Three ways, each with both pieces.
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
    assert.deepEqual([...faults, ...said], [], 'nothing to complain of');

    // Something happens elsewhere: both live ways tick without a reload, and the focus stays where it is.
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

    // A button of the element, without a page of Onramp's; and whoever is in the frame by keyboard stays where they are.
    await frame.getByRole('link', { name: 'See all tasks' }).focus();
    await element.getByRole('button', { name: 'Mark as done' }).dispatchEvent('click');
    await element.getByText('2 of 8 done').first().waitFor({ timeout: 5_000 });
    assert.equal(page.url(), `${app}/`);
    await frame.getByText('2 of 8 done').first().waitFor({ timeout: 15_000 });
    assert.equal(await frame.locator('a:focus').textContent(), 'See all tasks');

    // A double click is one write, and not one of the next task too.
    const writes = [];
    const note = (request) => request.method() === 'POST' && writes.push(new URL(request.url()).pathname);
    page.on('request', note);
    await element.getByRole('button', { name: 'Mark as done' }).dblclick();
    await element.getByText('3 of 8 done').first().waitFor({ timeout: 5_000 });
    await page.getByText('ob:progress {"completed":3').waitFor();
    page.off('request', note);
    assert.equal(writes.length, 1, `${writes}`);

    // A look that began before a click does not have the last word: once it is over, another follows at once.
    const [looking, looked] = promise();
    const [held, release] = promise();
    await page.route('**/onboarding/widget', async (route) => {
      if (route.request().frame() !== page.mainFrame()) return route.continue();
      const response = await route.fetch();
      looked();
      await held;
      await route.fulfill({ response });
    });
    await looking;
    const written = page.waitForResponse((answer) => answer.request().method() === 'POST');
    await element.getByRole('button', { name: 'Mark as done' }).click();
    await written;
    release();
    await element.getByText('4 of 8 done').first().waitFor({ timeout: 3_000 });
    await page.unroute('**/onboarding/widget');

    // How often an open page asks: elements and frames, two pieces each.
    const since = await lastCall();
    await wait(30_000);
    const inHalfAMinute = await asked(since);
    assert.ok(inHalfAMinute <= 18, `${inHalfAMinute} requests in 30 s`);

    // What happens between a frame's document and its first look is shown and said as any other change.
    const early = await context.newPage();
    const [opened, open] = promise();
    await early.route('**/assets/frame-*.js', async (route) => {
      await opened;
      await route.continue();
    });
    await early.goto(app, { waitUntil: 'commit' });
    const late = early.frameLocator('iframe[title=Onboarding]');
    await late.getByText('4 of 8 done').waitFor();
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'settings.updated', detail: { organization_id: organization } });
    open();
    await late.getByText('5 of 8 done').first().waitFor({ timeout: 4_000 });
    assert.equal(await late.locator('[role=status]').textContent(), '5 of 8 done.');
    await early.close();

    // A click that does not go through says so to everybody, and why where that is for people to know.
    await element.getByText('5 of 8 done').first().waitFor({ timeout: 15_000 });
    const failed = element.locator('.ob-said');
    const refusal = { status: 402, contentType: 'application/problem+json', headers: { 'access-control-allow-origin': app }, body: '{"detail": "Choose a plan to go on working."}' };
    for (const [answer, words] of [
      [(route) => route.fulfill(refusal), 'That did not work. Choose a plan to go on working.'],
      [(route) => route.abort(), 'That did not work. Try again in a moment.'],
    ]) {
      await page.route('**/checklist/complete/*', answer);
      await element.getByRole('button', { name: 'Mark as done' }).click();
      await failed.filter({ hasText: words }).waitFor({ timeout: 5_000 });
      assert.ok((await failed.boundingBox()).height > 20, 'it can be seen');
      await page.unroute('**/checklist/complete/*');
    }
    await look(page, 'host-app-failed-click', PICTURES, faults);
    assert.deepEqual(faults, []);

    // Another organization's progress is not a change of this one's.
    const elsewhere = await signUp('Other Corp');
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
      const said = element.shadowRoot.querySelector('[role=status]').textContent;
      element.remove();
      return { heard, said };
    }, [who(await page.locator('dd code').allTextContents()), elsewhere].map((claims) => mint({ ...claims, iat: now, exp: now + 300 })));
    assert.deepEqual(swapped, { heard: [5, 0], said: '' });

    // A page of Onramp's own follows, too: the same document, the focus where it was, and the change said politely.
    const ours = await context.newPage();
    ours.on('pageerror', (error) => said.push(String(error)));
    await ours.goto(`${onramp}/onboarding/checklist`);
    await ours.getByText('5 of 8 done').first().waitFor();
    await ours.waitForResponse((answer) => answer.url().endsWith('/onboarding/api/checklist'));
    await ours.evaluate(() => (globalThis.sameDocument = true));
    const dismiss = ours.getByRole('button', { name: /Dismiss/ }).first();
    await dismiss.focus();
    const told = Date.now();
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'client.created', detail: { organization_id: organization } });
    await ours.getByText('6 of 8 done').first().waitFor({ timeout: 15_000 });
    const pageTook = Date.now() - told;
    assert.equal(await ours.evaluate(() => globalThis.sameDocument), true);
    assert.match(await ours.evaluate(() => document.activeElement.textContent), /Dismiss/);
    assert.match(await ours.locator('[role=status]').last().textContent(), /Add client: done\. 6 of 8 done\./);

    // Where the page does not come the first time, it is asked for again, and nothing is said of what is not there.
    let pages = 0;
    await ours.route('**/onboarding/checklist', (route) => (pages++ ? route.continue() : route.fulfill({ status: 503 })));
    const refused = ours.waitForResponse((answer) => answer.status() === 503);
    await control('POST', 'events', { source: 'timetracker', 'detail-type': 'report.generated', detail: { organization_id: organization } });
    await refused;
    assert.match(await ours.locator('[role=status]').last().textContent(), /6 of 8 done\./);
    await ours.locator('main').getByText('7 of 8 done').first().waitFor({ timeout: 40_000 });
    assert.match(await ours.locator('[role=status]').last().textContent(), /7 of 8 done\./);
    await ours.close();

    // A token that expired, made by the page as a careless host would keep it.
    said.length = 0;
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
      /onramp: the embed token is not signed with a key of HOST_KEYS|onramp: the embed token is not three parts/,
      /onramp: <trial-banner> needs token, token-url or an answer to ob:token/,
    ]) {
      for (let n = 0; !said.some((text) => why.test(text)); n++) {
        assert.ok(n < 100, `${why} in ${said.join('\n')}`);
        await wait(100);
      }
    }
    for (const id of ['careless', 'forged']) assert.equal(await page.locator(`#${id} section`).count(), 0, 'nothing is shown');
    assert.equal((await page.frameLocator('#old').locator('main').textContent()).trim(), '');
    assert.ok(said.filter((text) => /expired/.test(text)).length >= 2, 'the frame says it, too');

    await holdsStrictly(context, who(await page.locator('dd code').allTextContents()));

    // Dismissed where it stands.
    await element.getByRole('button', { name: 'Dismiss' }).click();
    await element.locator('section').waitFor({ state: 'detached' });
    await page.getByText('ob:dismiss {}').waitFor();

    assert.deepEqual(sent, [], 'no cookie went to Onramp');

    // A page that is not on the list shows nothing, whatever token it holds.
    said.length = 0;
    await context.addCookies([{ name: session.name, value: session.value, url: `http://localhost:${port + 2}` }]);
    await page.goto(`http://localhost:${port + 2}`);
    for (let n = 0; !said.some((text) => /is http:\/\/localhost:\d+ one of EMBED_ORIGINS/.test(text)); n++) {
      assert.ok(n < 100, said.join('\n'));
      await wait(100);
    }
    assert.equal(await page.locator('onboarding-widget section').count(), 0);

    console.log(`embedded in three ways on another site, without a cookie; a tick shows after ${elementTook} ms in the element, ${frameTook} ms in the frame and ${pageTook} ms on a page of ours; ${inHalfAMinute} requests in half a minute for an open page with all of them`);
  } finally {
    await browser.close();
  }
}
