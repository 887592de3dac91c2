// Takes the picture of the README: the embedded banner and checklist in the sample host app, and the
// console of the local stack.
//
//   node picture.mjs path/to/onramp

import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { BROWSER } from './browser.mjs';
import { startStack } from './stack.mjs';
import { signUp } from './steps.mjs';

const PICTURE = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/running.png');
const SIZE = { width: 1100, height: 640 };

const stack = await startStack(resolve(process.argv[2] ?? 'target/debug/onramp'), undefined, ['--host-app']);
const browser = await chromium.launch(BROWSER);
try {
  const page = await browser.newPage({ viewport: SIZE });
  await signUp(stack, page, { organization: 'Acme Corp', name: 'Jo Doe', address: 'jo@acme.example' }, true);
  await page.goto(`${stack.url}/handover?to=/projects`);
  const app = new URL(page.url()).origin;
  for (const [path, name, detail] of [
    ['/projects', 'Website relaunch', 'Globex'], ['/projects', 'Mobile app', 'Initech'],
    ['/time', 'Wireframes', '3.5'], ['/time', 'Kickoff with the team', '1.5'], ['/clients', 'Globex', ''],
  ]) {
    await page.goto(`${app}${path}`);
    await page.fill('input[name=name]', name);
    await page.fill('input[name=detail]', detail);
    await page.locator('main form button').click();
    await page.locator('.entries', { hasText: name }).waitFor();
  }
  await page.goto(app);
  await page.locator('onboarding-widget').getByText('3 of 8 done').waitFor();
  await page.locator('trial-banner').getByText('14 days left').waitFor();
  const product = await page.screenshot();

  await stack.control('POST', 'clock', { advance: '11d' });
  await stack.control('POST', 'settle');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${stack.url}/_local`);
  await page.locator('.email iframe').waitFor();
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.frameLocator('.email iframe').getByText('Hello Jo').waitFor();
  const console = await page.screenshot();

  const images = [product, console].map((image) => `<img alt="" src="data:image/png;base64,${image.toString('base64')}">`);
  await page.setContent(`<style>
    body { margin: 0; display: grid; gap: 24px; }
    img { display: block; width: 100%; box-sizing: border-box; border: 1px solid #8886; border-radius: 12px; }
  </style>${images.join('')}`);
  await page.screenshot({ path: PICTURE, fullPage: true, omitBackground: true });
} finally {
  await browser.close();
  stack.stop();
}
