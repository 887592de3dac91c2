// Starts the console and refreshes it every two seconds while the page is visible.

import { all, find } from "./dom.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import * as log from "./log.js";
import * as mail from "./mail.js";
import * as world from "./world.js";

const REFRESH_INTERVAL = 2000;
const counted = { mail: mail.refresh, events: log.refreshEvents, webhooks: log.refreshWebhooks, calls: log.refreshCalls, faults: faults.refresh };
let running = null;

function pulse(state, words) {
  const place = find("#pulse");
  place.className = `pulse ${state}`;
  place.lastChild.textContent = words;
}

async function refreshOnce() {
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
    pulse("lost", "offline");
  }
}

// Only one refresh runs at a time. A call during a refresh starts another refresh after it.
function refreshAll() {
  const next = (running ?? Promise.resolve()).then(refreshOnce);
  const current = next.finally(() => { if (running === current) running = null; });
  running = current;
  return current;
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

// The URL's fragment selects the panel, but the page must not scroll to it.
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
setInterval(() => { if (!document.hidden && !running) refreshAll(); }, REFRESH_INTERVAL);
