// How a page looks and reads: a picture in each size and scheme, the accessibility rules, room at 400 % zoom and from
// right to left, and stillness for those who ask for it.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** What depends on size and scheme together; all else is asked once in each scheme. */
const OF_THE_EYE = { type: 'rule', values: ['color-contrast', 'target-size'] };
const WIDTHS = [360, 1280];

/** What a window of 1280 by 1024 px shows at 400 % zoom: WCAG 2.2, 1.4.10 Reflow. */
const REFLOW = { width: 320, height: 256 };
const WIDE = { width: 1920, height: 1080 };

/** Looks at the open page from all sides; pictures go to `folder`, faults to `faults`. */
export async function look(page, name, folder, faults, widths = WIDTHS) {
  mkdirSync(folder, { recursive: true });
  const viewport = page.viewportSize();
  const fault = (where) => (text) => faults.push(`${name}, ${where}: ${text}`);
  const [narrow, wide] = widths;
  for (const [colorScheme, width, rules] of [
    ['light', wide, RULES], ['light', narrow, OF_THE_EYE], ['dark', narrow, RULES], ['dark', wide, OF_THE_EYE],
  ]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    (await violations(page, rules)).forEach(fault(`${width} px, ${colorScheme}`));
  }
  (await moving(page)).forEach(fault('reduced motion'));
  for (const size of [REFLOW, ...widths.map((width) => ({ width, height: 800 })), WIDE]) {
    await page.setViewportSize(size);
    (await tooWide(page)).forEach(fault(`${size.width} px`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(viewport);
}

async function violations(page, runOnly) {
  // Through the debugger's door: the page's own policy allows no script that is not ours.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  // Nothing is fetched for it: a style sheet of another origin is as it is.
  const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ['violations'], preload: false }), runOnly);
  return violations.map((rule) => `${rule.id}: ${rule.help} (${rule.nodes.map((node) => node.target.join(' ')).join(', ')})`);
}

/** What runs, or would run at the next change, although less motion is asked for. */
function moving(page) {
  return page.evaluate(() => {
    const runs = document.getAnimations().map((it) => `${it.animationName ?? it.transitionProperty} runs`);
    const would = [...document.querySelectorAll('body, body *')].filter((it) => {
      const { animationName, transitionDuration } = getComputedStyle(it);
      return animationName !== 'none' || /[1-9]/.test(transitionDuration);
    });
    return [...runs, ...would.map((it) => `${it.localName}.${it.className} would move`)];
  });
}

/** Whatever has to be scrolled to sideways, read from the left and from the right. */
function tooWide(page) {
  return page.evaluate(() => ['ltr', 'rtl'].flatMap((dir) => {
    const before = document.documentElement.dir;
    document.documentElement.dir = dir;
    const over = document.documentElement.scrollWidth - window.innerWidth;
    document.documentElement.dir = before;
    return over > 0 ? [`${over} px too wide, ${dir}`] : [];
  }));
}
