// Visits the pages of each state in states.mjs, and its embedded widget and banner. Takes screenshots,
// and checks the expected texts. target/screenshots/index.html shows all states on one page.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wrongInMail, wrongOnPage } from './claims.mjs';
import { each, guarded } from './parallel.mjs';
import { person } from './person.mjs';
import { STATES } from './states.mjs';

/** The embedded parts. */
const PARTS = ['banner', 'widget'];
/** Size of a place for the embedded parts in the host app. */
const PART = { width: 480, height: 240 };

/**
 * Visits every page in every state. `see(page, name)` takes screenshots and checks the page.
 * Screenshots are in `folder`.
 */
export async function gallery(browser, stack, see, faults, folder) {
  mkdirSync(folder, { recursive: true });
  const people = new Map();
  const begin = async (state) => {
    const who = await person(browser, stack, faults);
    await state.begins?.(who);
    return who;
  };
  // Users of states on a later day sign up on the first day.
  await each(STATES.filter((state) => state.days), async (state) => {
    await guarded(faults, state.name, async () => people.set(state, await begin(state)));
  });
  let today = 0;
  for (const day of new Set(STATES.map((state) => state.days ?? 0))) {
    if (day > today) await stack.control('POST', 'clock', { advance: `${Math.round((day - today) * 1440)}m` });
    await each(STATES.filter((state) => (state.days ?? 0) === day), async (state) => {
      await guarded(faults, state.name, async () => {
        const who = people.get(state) ?? (await begin(state));
        if (day > 0) await who.signsIn();
        for (const [name, path] of Object.entries(state.pages)) {
          await guarded(faults, `${state.name}, ${name}`, () => visit(who, state, name, path, see, faults));
        }
        await guarded(faults, `${state.name}, emails`, () => readsMails(who, state, faults));
        if (who.organization) await guarded(faults, `${state.name}, embedded`, () => visitParts(who, state, faults, folder));
        await who.leaves();
      });
    });
    today = day;
  }
  writeFileSync(join(folder, 'index.html'), overview());
}

/** Returns a page with the screenshots of all states. */
function overview() {
  const figure = (name, state, kinds) => `<figure><figcaption>${name}</figcaption>${kinds.map((kind) => `<a href="${name}-${state}-${kind}.png"><img loading="lazy" alt="${name}, ${state}, ${kind}" src="${name}-${state}-${kind}.png"></a>`).join('')}</figure>`;
  const sections = STATES.map(({ name, pages }) => {
    const shown = Object.keys(pages).map((page) => figure(page, name, ['1280-light', '360-light', '360-dark', '1280-dark']));
    const parts = name === 'stranger' ? [] : PARTS.map((part) => figure(part, name, ['light', 'dark']));
    return `<h2>${name}</h2>${[...parts, ...shown].join('')}`;
  });
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>States</title>
<style>body { font: 16px system-ui; margin: 24px } figure { margin: 0 0 24px } img { max-inline-size: 24%; vertical-align: top; border: 1px solid #8886 }</style>
<h1>States</h1>${sections.join('\n')}`;
}

async function visit(who, state, name, path, see, faults) {
  const status = await who.opens(typeof path === 'string' ? path : path(who));
  if (status !== 200) faults.push(`${state.name}, ${name}: ${status}`);
  const text = await who.page.locator('main').innerText();
  if (state.says && !state.says.test(text)) faults.push(`${state.name}, ${name}: does not say ${state.says}: ${text}`);
  if (state.hides?.test(text)) faults.push(`${state.name}, ${name}: says ${state.hides}: ${text}`);
  if (who.organization) {
    for (const wrong of wrongOnPage(await announcements(who.page), await who.state())) faults.push(`${state.name}, ${name}: ${wrong}`);
  }
  const fold = state.opens && who.page.locator(state.opens).first();
  if (fold && (await fold.count())) await fold.click();
  await see(who.page, `${name}-${state.name}`);
  if (!state.mirrored) return;
  for (const fault of await mirror(who.page)) faults.push(`${state.name}, ${name}, right to left: ${fault}`);
  await see(who.page, `${name}-${state.name}-rtl`);
}

/**
 * Returns the text of the page without the plans for sale, which say what a purchase would cost, and
 * without the questions, which say what happens in other states.
 */
function announcements(page) {
  return page.evaluate(() => {
    const main = document.querySelector('main').cloneNode(true);
    main.querySelectorAll('.plans, #plans ~ .note, .faq').forEach((it) => it.remove());
    return main.textContent.replace(/\s+/g, ' ');
  });
}

/** The embedded widget and banner. Other checks look at their layout, so two screenshots are enough. */
async function visitParts(who, state, faults, folder) {
  const organization = await who.state();
  await who.page.setViewportSize(PART);
  for (const part of PARTS) {
    const status = await who.opensPart(part);
    if (status !== 200) faults.push(`${state.name}, ${part}: ${status}`);
    const text = await who.page.locator('body').innerText();
    for (const wrong of wrongOnPage(text, organization)) faults.push(`${state.name}, embedded ${part}: ${wrong}`);
    for (const colorScheme of ['light', 'dark']) {
      await who.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await who.page.screenshot({ path: join(folder, `${part}-${state.name}-${colorScheme}.png`) });
    }
  }
}

/** Compares all emails of the state with the next event. */
async function readsMails(who, state, faults) {
  if (!who.organization) return;
  const { next } = await who.state();
  for (const mail of await who.stack.mailTo(who.address)) {
    for (const wrong of wrongInMail(mail.text, next)) faults.push(`${state.name}, email ${mail.kind}: ${wrong}`);
  }
}

/** Switches the page to right-to-left. Reports elements that are not at their mirrored position. */
function mirror(page) {
  return page.evaluate(() => {
    const boxes = () => [...document.querySelectorAll('header, header a, main section, main li, main button, main a, main progress, main h1, main h2')].map((it) => {
      const { left, right, width } = it.getBoundingClientRect();
      return { it, left, right, width };
    });
    const before = boxes();
    document.documentElement.dir = 'rtl';
    const wide = document.documentElement.clientWidth;
    return boxes().flatMap(({ it, left, right, width }, n) => {
      const off = Math.abs(left - (wide - before[n].right));
      return width > 0 && off > 2 ? [`${it.localName}.${it.className} "${it.textContent.trim().slice(0, 30)}" is ${Math.round(off)} px off`] : [];
    });
  });
}
