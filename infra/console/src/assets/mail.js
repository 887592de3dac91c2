// The inbox: a list of emails, and the open email next to it.

import { all, el, empty, find, moment, toast } from "./dom.js";
import { remove, watch } from "./wire.js";
import { now } from "./clock.js";
import { labels } from "./world.js";

const inbox = watch("/_local/mail");
const view = { part: "html", scheme: "light", width: "640" };
const read = new Set();
let mails = [];
let open = null;
let drawn = "";
let offered = "";

// The emails of the selected organization, newest first.
const shown = () => {
  const organization = find("#mail-organization").value;
  return organization ? mails.filter((mail) => mail.organization_id === organization) : mails;
};

const first = () => (matchMedia("(min-width: 720px)").matches ? (shown()[0]?.id ?? null) : null);

function offerOrganizations() {
  const options = labels();
  if (JSON.stringify(options) === offered) return;
  offered = JSON.stringify(options);
  const select = find("#mail-organization");
  const chosen = select.value;
  const all = el("option", { value: "" }, "All organizations");
  select.replaceChildren(all, ...options.map(({ id, label }) => el("option", { value: id }, label)));
  select.value = options.some(({ id }) => id === chosen) ? chosen : "";
}

export async function refresh() {
  const changed = await inbox();
  offerOrganizations();
  // Draw the list again after the local clock reaches another day, because only the emails of the
  // current day show their time without the date.
  if (!changed && drawn !== now().toDateString()) list();
  if (!changed) return mails.length;
  const newest = mails[0]?.id;
  mails = changed.toReversed();
  const still = shown().some((mail) => mail.id === open);
  if (!still) open = first();
  list();
  if (mails[0]?.id !== newest) find("#email-list").scrollTop = 0;
  if (!still) showEmail();
  return mails.length;
}

function list() {
  if (open) read.add(open);
  drawn = now().toDateString();
  find("#empty").hidden = mails.length === 0;
  const rows = shown().map((mail) => el("li", {}, el("button", {
    type: "button",
    className: read.has(mail.id) ? "" : "unread",
    "aria-current": mail.id === open ? "true" : null,
    onclick: () => { open = mail.id; list(); showEmail(); },
  },
  el("span", { className: "who" }, mail.to.join(", ")), moment(mail.at, now()),
  el("span", { className: "what" }, el("span", { className: "subject" }, mail.subject),
    el("span", { className: "chip" }, (mail.kind ?? "email").replaceAll("_", " "))))));
  const none = mails.length
    ? empty("No email", "This organization has no email.")
    : empty("No email yet", "Sign up an organization to receive its welcome email here.");
  find("#email-list").replaceChildren(...(rows.length ? rows : [el("li", {}, none)]));
}

function showEmail() {
  const mail = mails.find((each) => each.id === open);
  const place = find("#email");
  find("#mail").classList.toggle("reading", Boolean(mail));
  if (!mail) {
    place.replaceChildren(empty("No email selected", "Select an email to view it."));
    return;
  }
  const parts = { html: "HTML", text: "Text", headers: "Headers" };
  place.replaceChildren(
    el("header", {},
      el("button", { type: "button", className: "quiet back", onclick: () => { open = null; list(); showEmail(); } }, "← Inbox"),
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
      onclick: () => { view[name] = value; showEmail(); },
    }, label)));
}

// The frame runs no scripts and opens links in new windows only. Browsers evaluate
// prefers-color-scheme with the system setting, so this function replaces these media queries to
// show the selected scheme.
function page(mail) {
  const dark = view.scheme === "dark";
  const query = (scheme) => new RegExp(`\\(\\s*prefers-color-scheme\\s*:\\s*${scheme}\\s*\\)`, "gi");
  const html = mail.html
    .replace(query("dark"), dark ? "(min-width: 0)" : "(max-width: 0)")
    .replace(query("light"), dark ? "(max-width: 0)" : "(min-width: 0)");
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
  find("#mail-organization").addEventListener("change", () => {
    open = first();
    list();
    showEmail();
    find("#email-list").scrollTop = 0;
  });
  find("#empty").addEventListener("click", async () => {
    try {
      await remove("/_local/mail");
      await refresh();
    } catch (error) {
      toast(error.message, "bad");
    }
  });
  // The arrow keys move through the inbox.
  find("#email-list").addEventListener("keydown", (key) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key.key];
    const next = step && shown()[shown().findIndex((mail) => mail.id === open) + step];
    if (!next) return;
    key.preventDefault();
    open = next.id;
    list();
    showEmail();
    all("#email-list [aria-current]").forEach((row) => row.focus());
  });
}
