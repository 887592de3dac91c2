// Checks a page's layout and accessibility: screenshots in each size and color scheme, axe rules,
// reflow at 400 % zoom and right-to-left, and reduced motion.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** Rules that depend on size and color scheme. All other rules run once per color scheme. */
const VISUAL_RULES = { type: 'rule', values: ['color-contrast', 'target-size'] };
const WIDTHS = [360, 1280];

/** The visible area of a window of 1280 by 1024 px at 400 % zoom (WCAG 2.2, 1.4.10 Reflow). */
const REFLOW = { width: 320, height: 256 };
const WIDE = { width: 1920, height: 1080 };

/** Checks the open page. Screenshots go to `folder`, errors to `faults`. */
export async function look(page, name, folder, faults, widths = WIDTHS) {
  mkdirSync(folder, { recursive: true });
  const viewport = page.viewportSize();
  const fault = (where) => (text) => faults.push(`${name}, ${where}: ${text}`);
  const [narrow, wide] = widths;
  for (const [colorScheme, width, rules] of [
    ['light', wide, RULES], ['light', narrow, VISUAL_RULES], ['dark', narrow, RULES], ['dark', wide, VISUAL_RULES],
  ]) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    (await violations(page, rules)).forEach(fault(`${width} px, ${colorScheme}`));
  }
  (await moving(page)).forEach(fault('reduced motion'));
  (await undrawn(page)).forEach(fault('icons'));
  for (const size of [REFLOW, ...widths.map((width) => ({ width, height: 800 })), WIDE]) {
    await page.setViewportSize(size);
    (await tooWide(page)).forEach(fault(`${size.width} px`));
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(viewport);
}

/** Returns the accessibility rules that the open page breaks. */
export async function violations(page, runOnly = RULES) {
  // Inject axe through the debugger, because the page's CSP does not allow other scripts.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  // `preload: false`: axe must not fetch style sheets of other origins.
  const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly, resultTypes: ['violations'], preload: false }), runOnly);
  return violations.map((rule) => `${rule.id}: ${rule.help} (${rule.nodes.map((node) => node.target.join(' ')).join(', ')})`);
}

/** Reports animations and transitions that ignore the preference for reduced motion. */
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

/** Reports icons without a drawing. A definition other than the built-in one can name any emoji. */
function undrawn(page) {
  if (process.env.CHECKLIST) return [];
  return page.evaluate(() => [...document.querySelectorAll('.note-icon, .task-icon, .task-glyph')]
    .filter((it) => !it.querySelector('svg'))
    .map((it) => `${it.textContent} has no drawing`));
}

/** Reports horizontal scrolling, in left-to-right and right-to-left layout. */
export function tooWide(page) {
  return page.evaluate(() => ['ltr', 'rtl'].flatMap((dir) => {
    const before = document.documentElement.dir;
    document.documentElement.dir = dir;
    const over = document.documentElement.scrollWidth - window.innerWidth;
    document.documentElement.dir = before;
    return over > 0 ? [`${over} px too wide, ${dir}`] : [];
  }));
}
