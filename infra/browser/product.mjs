// Presses every link of the widget and the banner in a product with its own sign-in. None of them may
// lead to the sign-in of Onramp. infra/ci/documents/product.py starts the product.
//
//   node product.mjs http://localhost:ONRAMP http://localhost:PRODUCT

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { BROWSER } from './browser.mjs';

const [onramp, product] = process.argv.slice(2);
const ACME = { company: 'Acme Corp', name: 'Jo Doe', email: 'jo@acme.example', password: 'correct horse' };
const GLOBEX = { company: 'Globex', name: 'Mo Roe', email: 'mo@globex.example', password: 'battery staple' };

/** Submits a form of the product. */
async function submit(page, path, fields) {
  await page.goto(product + path);
  for (const label of await page.locator('label').allTextContents()) await page.fill(`input[name=${label.trim()}]`, fields[label.trim()]);
  await page.getByRole('button').click();
  await page.waitForURL(`${product}/`);
  await page.getByRole('heading', { name: `Hello, ${fields.name}` }).waitFor();
}

/** Opens the product's start page, and waits for the elements. */
async function open(page) {
  await page.goto(product);
  for (const element of ['onboarding-widget', 'trial-banner']) await page.locator(`${element} .ob-box > *`).first().waitFor();
}

/** Presses the links that were not pressed before. Returns the addresses of the pages they opened. */
async function press(page, pressed) {
  const links = page.locator('onboarding-widget a, trial-banner a');
  for (const index of (await links.all()).keys()) {
    const name = await links.nth(index).textContent();
    if (pressed.has(name)) continue;
    // Without a session in Onramp: each link has to sign in by itself.
    await page.context().clearCookies({ name: /^(__Host-)?s$/ });
    await links.nth(index).click();
    await page.waitForURL((url) => url.pathname !== '/' && !url.pathname.startsWith('/portal/'));
    const url = new URL(page.url());
    assert.ok([onramp, product].includes(url.origin), `${name} leads to ${url}`);
    const home = url.origin === onramp ? page.getByRole('link', { name: 'Back to localhost' }) : page.getByRole('heading', { name: 'Hello' });
    await home.first().waitFor({ timeout: 5_000 }).catch(() => assert.fail(`${name} leads to ${url}`));
    pressed.set(name, url.origin === product ? `product ${url.pathname}` : url.pathname);
    await open(page);
  }
}

const browser = await chromium.launch(BROWSER);
try {
  for (const customer of [ACME, GLOBEX]) {
    const context = await browser.newContext();
    await submit(await context.newPage(), '/sign-up', customer);
    await context.close();
  }
  const context = await browser.newContext();
  const page = await context.newPage();
  await submit(page, '/sign-in', ACME);
  const pressed = new Map();
  for (let done = 0; done < 8; done++) {
    await open(page);
    await page.locator(`onboarding-widget progress[value="${done}"]`).waitFor();
    await press(page, pressed);
    await page.locator('onboarding-widget').getByRole('button', { name: 'Skip' }).click();
    await page.locator(`onboarding-widget progress[value="${done + 1}"]`).waitFor();
  }
  await press(page, pressed);
  const pages = new Set(pressed.values());
  for (const path of ['/onboarding/checklist', '/members', 'product /projects']) assert.ok(pages.has(path), `${path}: ${[...pages]}`);
  assert.ok([...pages].some((path) => path.startsWith('/organizations/org_')), `plans: ${[...pages]}`);
  console.log(`✓ ${pressed.size} links of widget and banner open their page without a second sign-in`);
} finally {
  await browser.close();
}
