// Visits the pages of each state in states.mjs, takes screenshots, and checks the expected texts.

import { wrongInMail, wrongOnPage } from './claims.mjs';
import { each, guarded } from './parallel.mjs';
import { person } from './person.mjs';
import { STATES } from './states.mjs';

/** Visits every page in every state. `see(page, name)` takes screenshots and checks the page. */
export async function gallery(browser, stack, see, faults) {
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
    if (day > today) await stack.control('POST', 'clock', { advance: `${day - today}d` });
    await each(STATES.filter((state) => (state.days ?? 0) === day), async (state) => {
      await guarded(faults, state.name, async () => {
        const who = people.get(state) ?? (await begin(state));
        if (day > 0) await who.signsIn();
        for (const [name, path] of Object.entries(state.pages)) {
          await guarded(faults, `${state.name}, ${name}`, () => visit(who, state, name, path, see, faults));
        }
        await guarded(faults, `${state.name}, emails`, () => readsMails(who, state, faults));
        await who.leaves();
      });
    });
    today = day;
  }
}

async function visit(who, state, name, path, see, faults) {
  const status = await who.opens(typeof path === 'string' ? path : path(who));
  if (status !== 200) faults.push(`${state.name}, ${name}: ${status}`);
  const text = await who.page.locator('main').innerText();
  if (state.says && !state.says.test(text)) faults.push(`${state.name}, ${name}: does not say ${state.says}: ${text}`);
  if (state.hides?.test(text)) faults.push(`${state.name}, ${name}: says ${state.hides}: ${text}`);
  if (who.organization) {
    for (const wrong of wrongOnPage(await announcements(who.page), await who.next())) faults.push(`${state.name}, ${name}: ${wrong}`);
  }
  const fold = state.opens && who.page.locator(state.opens).first();
  if (fold && (await fold.count())) await fold.click();
  await see(who.page, `${name}-${state.name}`);
  if (!state.mirrored) return;
  for (const fault of await mirror(who.page)) faults.push(`${state.name}, ${name}, right to left: ${fault}`);
  await see(who.page, `${name}-${state.name}-rtl`);
}

/** Returns the text of the page without the plans for sale, which say what a purchase would cost. */
function announcements(page) {
  return page.evaluate(() => {
    const main = document.querySelector('main').cloneNode(true);
    main.querySelectorAll('.plans, #plans ~ .note').forEach((it) => it.remove());
    return main.textContent.replace(/\s+/g, ' ');
  });
}

/** Compares all emails of the state with the next event. */
async function readsMails(who, state, faults) {
  if (!who.organization) return;
  const next = await who.next();
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
