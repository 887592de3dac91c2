// Starts the console and keeps it fresh, every two seconds while somebody looks.

import { all, find } from "./dom.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import * as log from "./log.js";
import * as mail from "./mail.js";
import * as world from "./world.js";

const EVERY = 2000;
const counted = { mail: mail.refresh, events: log.refreshEvents, calls: log.refreshCalls, faults: faults.refresh };
let under = null;

function pulse(state, words) {
  const place = find("#pulse");
  place.className = `pulse ${state}`;
  place.lastChild.textContent = words;
}

async function round() {
  try {
    await clock.refresh();
    if (find("#pulse").classList.contains("lost")) log.forget();
    await Promise.all([world.refresh(), ...Object.entries(counted).map(async ([id, refresh]) => {
      const count = await refresh();
      find(`#tab-${id} .count`).textContent = count > 0 ? count : "";
    })]);
    pulse("live", "live");
  } catch (error) {
    console.warn(error);
    pulse("lost", "no answer");
  }
}

// One round at a time: whoever asks during a round waits for one that begins after it.
function refreshAll() {
  const after = (under ?? Promise.resolve()).then(round);
  const mine = after.finally(() => { if (under === mine) under = null; });
  under = mine;
  return mine;
}

function show() {
  const ids = Object.keys(counted);
  const chosen = ids.includes(location.hash.slice(1)) ? location.hash.slice(1) : ids[0];
  for (const id of ids) {
    find(`#${id}`).hidden = id !== chosen;
    const tab = find(`#tab-${id}`);
    tab.setAttribute("aria-selected", String(id === chosen));
    tab.tabIndex = id === chosen ? 0 : -1;
  }
}

// The address names the panel; the page must not jump to it.
for (const tab of all("[role=tab]")) {
  tab.addEventListener("click", (click) => {
    click.preventDefault();
    history.replaceState(null, "", tab.hash);
    show();
  });
}
find(".tabs").addEventListener("keydown", (key) => {
  const tabs = all("[role=tab]");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key.key];
  const next = step && tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  if (next) {
    next.click();
    next.focus();
  }
});
addEventListener("hashchange", show);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshAll(); });

show();
for (const part of [clock, world, mail, log, faults]) part.start(refreshAll);
refreshAll();
setInterval(() => { if (!document.hidden && !under) refreshAll(); }, EVERY);
