// Runs Lighthouse on the checklist page three times. Accessibility and best practices must be 100.
// The reported performance is the median of the three runs. The other checks do not include this
// one, because a busy machine distorts the scores.
//
//   node lighthouse.mjs path/to/onramp path/to/node_modules/lighthouse

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { BROWSER } from './browser.mjs';
import { person } from './person.mjs';
import { startStack } from './stack.mjs';

const [binary, lighthouse] = process.argv.slice(2).map((path) => resolve(path));
const CATEGORIES = ['accessibility', 'best-practices', 'performance'];

const stack = await startStack(binary);
try {
  const browser = await chromium.launch(BROWSER);
  const jo = await person(browser, stack, []);
  await jo.signsUp();
  await jo.changes('complete/created_project');
  const cookie = (await jo.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  await browser.close();

  const runs = [1, 2, 3].map(() => {
    const report = execFileSync(process.execPath, [
      `${lighthouse}/cli/index.js`, `${stack.url}/onboarding/checklist`, '--quiet', '--output=json', '--output-path=stdout',
      `--only-categories=${CATEGORIES}`, `--extra-headers=${JSON.stringify({ cookie })}`,
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic',
    ], { env: { ...process.env, CHROME_PATH: BROWSER.executablePath }, maxBuffer: 1 << 26 });
    const { categories, audits, finalDisplayedUrl } = JSON.parse(report);
    if (!finalDisplayedUrl.endsWith('/onboarding/checklist')) throw new Error(`Lighthouse was redirected to ${finalDisplayedUrl}`);
    const short = Object.values(audits).filter((it) => it.score !== null && it.score < 1).map((it) => `${it.id} ${it.displayValue ?? ''}`);
    console.log(CATEGORIES.map((it) => `${it} ${mark(categories[it])}`).join(', '), short);
    return categories;
  });
  const performance = runs.map((run) => mark(run.performance)).sort((a, b) => a - b)[1];
  console.log(`performance, the median of 3: ${performance}`);
  const full = runs.every((run) => mark(run.accessibility) === 100 && mark(run['best-practices']) === 100);
  process.exitCode = full ? 0 : 1;
} finally {
  stack.stop();
}

function mark(category) {
  return Math.round(category.score * 100);
}
