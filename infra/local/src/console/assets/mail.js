// The inbox: a list, and the open letter beside it.

import { all, el, empty, find, moment, toast } from "./dom.js";
import { remove, watch } from "./wire.js";
import { now } from "./clock.js";

const inbox = watch("/_local/mail");
const view = { part: "html", scheme: "light", width: "640" };
const read = new Set();
let mails = [];
let open = null;
let drawn = "";

export async function refresh() {
  const answer = await inbox();
  // Another day on the clock makes another list: today's mails show their time alone.
  if (!answer && drawn !== now().toDateString()) list();
  if (!answer) return mails.length;
  mails = answer.toReversed();
  const still = mails.some((mail) => mail.id === open);
  if (!still) open = matchMedia("(min-width: 720px)").matches ? (mails[0]?.id ?? null) : null;
  list();
  if (!still) letter();
  return mails.length;
}

function list() {
  if (open) read.add(open);
  drawn = now().toDateString();
  find("#empty").hidden = mails.length === 0;
  const rows = mails.map((mail) => el("li", {}, el("button", {
    type: "button",
    className: read.has(mail.id) ? "" : "unread",
    "aria-current": mail.id === open ? "true" : null,
    onclick: () => { open = mail.id; list(); letter(); },
  },
  el("span", { className: "who" }, mail.to.join(", ")), moment(mail.at, now()),
  el("span", { className: "what" }, el("span", { className: "subject" }, mail.subject),
    el("span", { className: "chip" }, (mail.kind ?? "mail").replaceAll("_", " "))))));
  const none = empty("No mail yet", "Sign an organization up, and its welcome lands here.");
  find("#letters").replaceChildren(...(rows.length ? rows : [el("li", {}, none)]));
}

function letter() {
  const mail = mails.find((each) => each.id === open);
  const place = find("#letter");
  find("#mail").classList.toggle("reading", Boolean(mail));
  if (!mail) {
    place.replaceChildren(empty("Nothing open", "A letter that you choose is shown here."));
    return;
  }
  const parts = { html: "HTML", text: "Text", headers: "Headers" };
  place.replaceChildren(
    el("header", {},
      el("button", { type: "button", className: "quiet back", onclick: () => { open = null; list(); letter(); } }, "← Inbox"),
      el("h2", {}, mail.subject),
      el("p", {}, `${mail.from} → ${mail.to.join(", ")} · `, moment(mail.at, now()))),
    el("div", { className: "tools" },
      choice("part", parts),
      view.part === "html" && choice("scheme", { light: "Light", dark: "Dark" }),
      view.part === "html" && choice("width", { 320: "320", 640: "640" })),
    el("div", { className: `body ${view.part}` }, { html: page, text, headers }[view.part](mail)));
}

function choice(name, options) {
  return el("div", { className: "choice", role: "group" }, Object.entries(options).map(([value, label]) =>
    el("button", {
      type: "button",
      "aria-pressed": String(view[name] === value),
      onclick: () => { view[name] = value; letter(); },
    }, label)));
}

// The frame runs nothing and may only open links in new windows. A browser asks the system for light or dark, so
// the letter's own question is answered here.
function page(mail) {
  const dark = view.scheme === "dark";
  const asked = (scheme) => new RegExp(`\\(\\s*prefers-color-scheme\\s*:\\s*${scheme}\\s*\\)`, "gi");
  const html = mail.html
    .replace(asked("dark"), dark ? "(min-width: 0)" : "(max-width: 0)")
    .replace(asked("light"), dark ? "(max-width: 0)" : "(min-width: 0)");
  const frame = el("iframe", {
    title: mail.subject,
    className: view.scheme,
    srcdoc: `<base target="_blank"><meta name="color-scheme" content="only ${view.scheme}">${html}`,
  });
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.style.maxWidth = `${view.width}px`;
  return frame;
}

function text(mail) {
  const links = mail.text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, index) =>
    index % 2 ? el("a", { href: piece, target: "_blank", rel: "noopener" }, piece) : piece);
  return el("pre", {}, links);
}

function headers(mail) {
  const rows = [["From", mail.from], ["To", mail.to.join(", ")], ["Subject", mail.subject], ["Message id", mail.id],
    ...Object.entries(mail.headers ?? {})];
  const table = (title, entries) => el("table", {}, el("caption", {}, title),
    el("tbody", {}, entries.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, String(value))))));
  return el("div", {}, table("Headers", rows), table("Tags", Object.entries(mail.tags ?? {})));
}

export function start() {
  find("#empty").addEventListener("click", async () => {
    try {
      await remove("/_local/mail");
      await refresh();
    } catch (error) {
      toast(error.message, "bad");
    }
  });
  // Up and down walk through the inbox.
  find("#letters").addEventListener("keydown", (key) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
    const next = step && mails[mails.findIndex((mail) => mail.id === open) + step];
    if (!next) return;
    key.preventDefault();
    open = next.id;
    list();
    letter();
    all("#letters [aria-current]").forEach((row) => row.focus());
  });
}
