// The local clock: updates the display every second, and advances it with buttons.

import { all, find, toast } from "./dom.js";
import { get, post } from "./wire.js";

let offset = 0;
let moving = false;

const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export const now = () => new Date(Date.now() + offset);

function show() {
  const at = now();
  const place = find("#now");
  place.textContent = `${day.format(at)}, ${time.format(at)}`;
  place.title = at.toISOString();
  const drift = find("#drift");
  drift.hidden = Math.abs(offset) < 60000;
  drift.textContent = format(offset);
}

// Formats an offset with its two largest units, such as 14 d, 1 d 3 h, or 20 min.
function format(offset) {
  const minutes = Math.round(Math.abs(offset) / 60000);
  const parts = [[Math.floor(minutes / 1440), "d"], [Math.floor(minutes / 60) % 24, "h"], [minutes % 60, "min"]];
  const text = parts.filter(([n]) => n > 0).slice(0, 2).map(([n, unit]) => `${n} ${unit}`).join(" ");
  return `${text} ${offset > 0 ? "ahead" : "behind"}`;
}

export async function refresh() {
  if (moving) return;
  const { now: current } = await get("/_local/clock");
  offset = new Date(current).valueOf() - Date.now();
  show();
}

export function start(refreshAll) {
  setInterval(show, 1000);
  for (const button of all("[data-advance]")) {
    button.addEventListener("click", async () => {
      const buttons = all("[data-advance]");
      buttons.forEach((each) => { each.disabled = true; });
      button.setAttribute("aria-busy", "true");
      moving = true;
      try {
        await post("/_local/clock", { advance: button.dataset.advance });
        moving = false;
        toast(`Clock advanced: ${button.textContent}`);
        await refreshAll();
      } catch (error) {
        toast(`Could not move the clock: ${error.message}`, "bad");
      } finally {
        moving = false;
        button.removeAttribute("aria-busy");
        buttons.forEach((each) => { each.disabled = false; });
      }
    });
  }
}
