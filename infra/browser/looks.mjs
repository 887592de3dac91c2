// How a page looks and reads: a picture in each size and scheme, the accessibility rules, and room at 400 % zoom.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SCHEMES = ['light', 'dark'];
const WIDTHS = [360, 1280];

/** What a window of 1280 px shows at 400 % zoom: WCAG 2.2, 1.4.10 Reflow. */
const REFLOW = 320;

/** Looks at the open page from all sides; pictures go to `folder`, faults to `faults`. */
export async function look(page, name, folder, faults, widths = WIDTHS) {
  mkdirSync(folder, { recursive: true });
  const viewport = page.viewportSize();
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      faults.push(...(await violations(page)).map((fault) => `${name}, ${width} px, ${colorScheme}: ${fault}`));
    }
  }
  for (const width of [REFLOW, ...widths]) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) faults.push(`${name}: at ${width} px it is ${wide} px too wide`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(viewport);
}

async function violations(page) {
  // Through the debugger's door: the page's own policy allows no script that is not ours.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values } }),
    RULES,
  );
  return violations.map((rule) => `${rule.id}: ${rule.help} (${rule.nodes.map((node) => node.target.join(' ')).join(', ')})`);
}
