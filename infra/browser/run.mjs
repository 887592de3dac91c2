// Runs the checks in a real browser.
//
//   node run.mjs path/to/onramp            all parts
//   node run.mjs path/to/onramp states     only the named parts
//
// With CHECKLIST=agency, the states show this checklist definition instead of the built-in one.

import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { BROWSER } from './browser.mjs';
import { firstLoad } from './first_load.mjs';
import { gallery } from './gallery.mjs';
import { hands } from './hands.mjs';
import { runJourneys } from './journey.mjs';
import { look } from './looks.mjs';
import { setup } from './setup.mjs';
import { startStack } from './stack.mjs';
import { runVariants } from './variants.mjs';

const PICTURES = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screenshots');

/** Each part has its own stack and therefore its own clock. */
const PARTS = { load: firstLoad, hands, setup, states: gallery, journeys: runJourneys, variants: runVariants };
/** Options of the stack of a part. */
const OPTIONS = {
  states: process.env.CHECKLIST ? ['--set', `CHECKLIST_DEFINITIONS=${process.env.CHECKLIST}`] : [],
  setup: ['--host-app', '--set', 'PROVISIONING_STEPS=workspace'],
  variants: ['--host-app', '--set', 'SIGNUP_LIMIT_PER_IP=50'],
};

const [binary = 'target/debug/onramp', ...wanted] = process.argv.slice(2);
/** All errors. They are printed after the last part. */
const faults = [];
const see = (page, name, widths) => look(page, name, PICTURES, faults, widths);
const browser = await chromium.launch(BROWSER);
for (const part of wanted.length ? wanted : Object.keys(PARTS)) {
  const began = Date.now();
  const stack = await startStack(resolve(binary), undefined, OPTIONS[part]);
  try {
    await PARTS[part](browser, stack, see, faults, PICTURES);
  } catch (error) {
    faults.push(`${part}: ${error.stack}`, `log of the stack:\n${stack.log()}`);
  } finally {
    stack.stop();
  }
  console.log(`${part}, ${Math.round((Date.now() - began) / 1000)} s`);
}
await browser.close();
for (const fault of new Set(faults)) console.error(fault);
if (!faults.length) console.log('all browser checks passed; screenshots are in target/screenshots');
process.exitCode = faults.length ? 1 : 0;
