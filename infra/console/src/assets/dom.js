// Helpers for elements, times, and texts. They never interpret data as HTML.

export const find = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const clockTime = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

// Shows the time `at` in a narrow column. The text omits the date if `at` is on the same day as
// `now`, the time of the local clock.
export function moment(at, now) {
  const date = new Date(at);
  if (Number.isNaN(date.valueOf())) return el("time", {}, "–");
  const today = now && date.toDateString() === now.toDateString();
  const words = today ? clockTime.format(date) : `${shortDay.format(date)}, ${clockTime.format(date)}`;
  return el("time", { dateTime: at, title: `${full.format(date)} · ${at}` }, words);
}

export const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : Math.round(ms).toString()) + " ms";

export const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

export function empty(title, ...words) {
  return el("div", { className: "empty" }, el("strong", {}, title), el("p", {}, ...words));
}

let hide;
export function toast(words, tone = "") {
  const place = find(".toast");
  place.textContent = words;
  place.className = `toast ${tone}`;
  place.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { place.hidden = true; }, tone === "bad" ? 10000 : 4000);
}
