// Checks portal links in a browser: links of an embedded widget open pages of Onramp without a second
// sign-in, from the elements and from a frame, with the mouse and with the keyboard. Without a link from
// the host app, they lead to the sign-in.
//
//   node portal.mjs path/to/onramp

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { BROWSER } from './browser.mjs';
import { look } from './looks.mjs';
import { startStack } from './stack.mjs';
import { mint } from './token.mjs';

const PICTURES = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');

/** The host app: a page with the elements or with a frame, a token, and portal links. */
class HostApp {
  asked = [];
  gives = true;

  async start() {
    this.server = createServer((request, response) => this.respond(request, response));
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }

  async respond(request, response) {
    const send = (type, body) => response.writeHead(200, { 'content-type': type, 'content-security-policy': this.policy() }).end(body);
    if (request.url === '/onramp-token') return send('text/plain', this.token());
    if (request.url === '/frame.js') return send('text/javascript', FRAME_SCRIPT.replace('ONRAMP', this.stack.url));
    if (request.url !== '/onramp-portal') return send('text/html', this.page(request.url));
    let body = '';
    for await (const part of request) body += part;
    this.asked.push([request.method, request.headers['content-type'], JSON.parse(body).page]);
    await wait(300);
    if (!this.gives) return response.writeHead(503).end();
    return send('application/json', JSON.stringify({ url: `${this.stack.url}/portal/${await this.createLink(JSON.parse(body).page)}` }));
  }

  policy() {
    const { url } = this.stack;
    return `default-src 'none'; script-src 'self' ${url}; connect-src 'self' ${url}; frame-src ${url}`;
  }

  page(path) {
    const { url } = this.stack;
    const elements = '<trial-banner token-url="/onramp-token" portal-url="/onramp-portal"></trial-banner><onboarding-widget token-url="/onramp-token" portal-url="/onramp-portal"></onboarding-widget>';
    const frame = `<iframe title="Setup" src="${url}/onboarding/embed?token=${this.token()}&amp;portal=true" width="600" height="400"></iframe><script src="/frame.js"></script>`;
    return `<!DOCTYPE html><html lang="en"><title>Host app</title><script src="${url}/assets/onboarding.js" defer></script><h1>Host app</h1>${path === '/frame' ? frame : elements}`;
  }

  token() {
    const now = Math.floor(Date.now() / 1000);
    const [org, sub] = this.user;
    return mint({ org, sub, iat: now, exp: now + 300 });
  }

  /** Writes a portal link into the table. Returns its secret. */
  async createLink(page) {
    const secret = randomBytes(32);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(32n);
    const hash = createHash('sha256').update(length).update(secret).digest('hex');
    const [org, user] = this.user;
    const texts = { pk: `LINK#${hash}`, sk: 'PORTAL', user, org, page, return_url: `${this.url}/back`, good_until: new Date(Date.now() + 60_000).toISOString() };
    const item = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { S: text }]));
    const body = JSON.stringify({ TableName: 'onramp-Table', Item: { ...item, epoch: { N: '0' }, join: { N: '1' } } });
    const headers = { 'x-amz-target': 'DynamoDB_20120810.PutItem' };
    const response = await fetch(`${this.stack.url}/_local/dynamodb`, { method: 'POST', headers, body });
    assert.ok(response.ok, await response.text());
    return secret.toString('hex');
  }
}

// The code of docs/host-app.md for a frame.
const FRAME_SCRIPT = `
const frame = document.querySelector('iframe')
addEventListener('message', async ({ origin, source, data }) => {
  if (origin !== 'ONRAMP' || source !== frame.contentWindow || !data.page) return
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ page: data.page })
  const response = await fetch('/onramp-portal', { method: 'POST', headers, body }).catch(() => {})
  location.href = response?.ok ? (await response.json()).url : data.href
})`;

/** Signs up an organization. Returns the IDs of the organization and of the user. */
async function signUp(url, name, email) {
  const form = new URLSearchParams({ name, full_name: 'Jo Doe', email });
  const response = await fetch(`${url}/organizations/new`, { method: 'POST', body: form, redirect: 'manual' });
  return /(org_[^.]+)\.(usr_[^.]+)/.exec(response.headers.get('set-cookie')).slice(1);
}

async function check(app, browser) {
  const { url } = app.stack;
  const faults = [];
  /** Opens a page of the host app in a new browser, acts, and returns the page of Onramp that opens. */
  const visit = async (path, act, expected) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    app.asked.length = 0;
    await page.goto(app.url + path);
    const place = path === '/frame' ? page.frameLocator('iframe') : page.locator('onboarding-widget');
    await place.getByText('0 of 8 done').waitFor();
    await act(place, page);
    await page.waitForURL(url + expected);
    return page;
  };

  const seeAll = (place) => place.getByRole('link', { name: 'See all tasks' });
  for (const [path, act] of [
    ['/', (place) => seeAll(place).click()],
    ['/', (place) => seeAll(place).dblclick()],
    ['/', (place) => seeAll(place).press('Enter')],
    ['/frame', (place) => seeAll(place).click()],
    ['/frame', (place) => seeAll(place).press('Enter')],
  ]) {
    const page = await visit(path, act, '/onboarding/checklist');
    assert.deepEqual(app.asked, [['POST', 'application/json', 'checklist']], `${path} ${act}`);
    await page.getByRole('link', { name: 'Back to 127.0.0.1' }).waitFor();
    await page.context().close();
  }

  // The banner leads to the plans. The pages of a portal session are accessible, and lead back.
  const page = await visit('/', (_, page) => page.locator('trial-banner').getByRole('link').first().click(), `/organizations/${app.user[0]}`);
  await page.getByRole('link', { name: 'Back to 127.0.0.1' }).waitFor();
  await page.goto(`${url}/account`);
  await look(page, 'account-from-host-app', PICTURES, faults);
  await page.goto(`${url}/organizations/new`);
  await look(page, 'sign-in-before-organization', PICTURES, faults);
  const link = await app.createLink('members');
  app.user = app.other;
  const switching = await app.createLink('checklist');
  await page.goto(`${url}/portal/${switching}`);
  await look(page, 'portal-switch-account', PICTURES, faults);
  await page.getByRole('button', { name: 'Switch account' }).click();
  await page.waitForURL(`${url}/onboarding/checklist`);
  await page.goto(`${url}/portal/${switching}`);
  await look(page, 'portal-link-used', PICTURES, faults);
  await page.goto(`${url}/portal/${link}`);
  await page.getByText('Switch account?').waitFor();
  await page.goto(`${url}/account`);
  await page.getByRole('link', { name: 'Back to 127.0.0.1' }).click();
  await page.waitForURL(`${app.url}/back`);
  await page.context().close();

  // A click for a new tab asks for no link. Without a link, the sign-in asks.
  const context = await browser.newContext();
  const [opener, opened] = [await context.newPage(), context.waitForEvent('page')];
  app.asked.length = 0;
  await opener.goto(app.url);
  await seeAll(opener.locator('onboarding-widget')).click({ modifiers: ['Control'] });
  await (await opened).waitForURL(`${url}/login?next=/onboarding/checklist`);
  assert.deepEqual(app.asked, []);
  await context.close();
  app.gives = false;
  for (const path of ['/', '/frame']) {
    const page = await visit(path, (place) => seeAll(place).click(), '/login?next=/onboarding/checklist');
    await page.goBack();
    await page.getByText('Host app').waitFor();
    await page.context().close();
  }
  assert.deepEqual(faults, [], 'no accessibility errors');
  console.log('portal links open pages of Onramp from elements and frames, with mouse and keyboard, and fall back to the sign-in');
}

const app = new HostApp();
await app.start();
app.stack = await startStack(resolve(process.argv[2] ?? 'target/debug/onramp'), 30, ['--set', `EMBED_ORIGINS=${app.url}`]);
const browser = await chromium.launch(BROWSER);
try {
  app.user = await signUp(app.stack.url, 'Acme Corp', 'jo@acme.example');
  app.other = await signUp(app.stack.url, 'Globex', 'mo@globex.example');
  await check(app, browser);
} catch (error) {
  console.error(error, `\nlog of the stack:\n${app.stack.log()}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  app.stack.stop();
  app.server.close();
}
