// Lists of domain events, of webhooks, and of calls grouped by request. Each line expands to its details.

import { el, empty, find, all, milliseconds, moment, count } from "./dom.js";
import { get, watch } from "./wire.js";
import { now } from "./clock.js";

const SHOWN = 300;
const events = watch("/_local/events");
const webhooks = watch("/_local/webhooks");
const filters = { events: "", calls: "", webhooks: "" };
const groups = new Map();
let bus = [];
let sent = [];
let lastSeq = 0;

const rows = (id) => find(`#${id} .rows`);
const wanted = (id, ...words) => words.join(" ").toLowerCase().includes(filters[id]);

// Lines that are open stay open when the list is drawn again.
function draw(id, lines, none) {
  const opened = new Set(all("details[open]", rows(id)).map((line) => line.dataset.key));
  for (const line of lines) line.firstChild.open = opened.has(line.firstChild.dataset.key);
  rows(id).replaceChildren(...(lines.length ? lines : [el("li", {}, none)]));
}

function line(key, summary, content) {
  const details = el("details", {}, el("summary", {}, summary));
  details.dataset.key = key;
  // Create the content on demand, so that a long list renders fast.
  details.addEventListener("toggle", () => { if (details.open && !details.lastChild.matches("div")) details.append(content()); });
  return el("li", {}, details);
}

export async function refreshEvents() {
  const changed = await events();
  if (changed) {
    bus = changed;
    drawEvents();
  }
  return bus.length;
}

function drawEvents() {
  const lines = bus.map((event, index) => [event, index]).reverse()
    .filter(([event]) => wanted("events", event.source, event["detail-type"], JSON.stringify(event.detail)))
    .slice(0, SHOWN)
    .map(([event, index]) => line(event.id ?? index, [
      moment(event.time ?? event.at, now()),
      el("span", { className: `chip source ${event.source}` }, event.source),
      el("code", {}, event["detail-type"]),
      el("span", { className: "about" }, about(event.detail ?? {})),
    ], () => el("div", {}, el("pre", {}, JSON.stringify(event, null, 2)))));
  draw("events", lines, filters.events
    ? empty("Nothing matches", "Change or clear the filter to see more.")
    : empty("No events yet", "Events between Onramp and the host app appear here."));
}

// The subject of an event: an organization, or for SES an email.
const about = (detail) => detail.organization_id ?? detail.organization?.id ?? detail.mail?.commonHeaders?.subject ?? "";

export async function refreshWebhooks() {
  const changed = await webhooks();
  if (changed) {
    sent = changed;
    drawWebhooks();
  }
  return sent.length;
}

function drawWebhooks() {
  const lines = sent.map((call, index) => [call, index]).reverse()
    .filter(([call]) => wanted("webhooks", call.id, call.type, call.organization_id, String(call.status)))
    .slice(0, SHOWN)
    .map(([call, index]) => line(index, [
      moment(call.at, now()),
      el("code", {}, call.type),
      el("span", { className: "about" }, call.id),
      el("span", { className: call.status >= 200 && call.status < 300 ? "chip" : "chip bad" }, call.status ?? "no response"),
      el("span", { className: "number" }, `attempt ${call.attempt}`),
      el("span", { className: "number ms" }, milliseconds(call.ms)),
    ], () => el("div", {}, el("pre", {}, JSON.stringify(call, null, 2)))));
  draw("webhooks", lines, filters.webhooks
    ? empty("Nothing matches", "Change or clear the filter to see more.")
    : empty("No webhooks yet", "Calls to the host app's endpoint appear here, if HOST_WEBHOOK_URL is set."));
}

export async function refreshCalls() {
  const fresh = await get(`/_local/calls?since=${lastSeq}`);
  for (const call of fresh) {
    lastSeq = Math.max(lastSeq, call.seq);
    const key = `${call.request_id} ${call.function}`;
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  if (fresh.length || !rows("calls").children.length) drawCalls();
  return [...groups.values()].reduce((sum, calls) => sum + calls.length, 0);
}

// After a restart, the log is empty and its numbers start again.
export function forget() {
  groups.clear();
  lastSeq = 0;
  drawCalls();
}

function drawCalls() {
  const lines = [...groups].reverse()
    .filter(([key, calls]) => wanted("calls", key, ...calls.map((call) => `${call.service} ${call.operation}`)))
    .slice(0, SHOWN)
    .map(([key, calls]) => {
      const [first] = calls;
      const denied = calls.some((call) => !call.allowed_by);
      return line(key, [
        moment(first.at, now()),
        el("strong", {}, first.function),
        el("span", { className: "about" }, first.request_id === "init" ? "during init" : operations(calls)),
        denied && el("span", { className: "chip bad" }, "denied"),
        el("span", { className: "number" }, count(calls.length, "call")),
        el("span", { className: "number ms" }, milliseconds(calls.reduce((sum, call) => sum + call.ms, 0))),
      ], () => table(calls));
    });
  draw("calls", lines, filters.calls
    ? empty("Nothing matches", "Change or clear the filter to see more.")
    : empty("No calls yet", "Calls from functions to AWS or Stripe appear here, grouped by request."));
}

function operations(calls) {
  const times = new Map();
  for (const { operation } of calls) times.set(operation, (times.get(operation) ?? 0) + 1);
  return [...times].map(([operation, n]) => (n > 1 ? `${operation} × ${n}` : operation)).join(", ");
}

function table(calls) {
  const cells = (call) => [moment(call.at, now()), call.service, call.operation, milliseconds(call.ms), call.allowed_by ?? "denied"];
  return el("div", { className: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ["At", "Service", "Operation", "Duration", "Allowed by"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, calls.map((call) => el("tr", {}, cells(call).map((cell) => el("td", {}, cell)))))),
  el("p", { className: "about" }, `Request ${calls[0].request_id}`));
}

export function start() {
  for (const input of all("[data-filter]")) {
    input.addEventListener("input", () => {
      filters[input.dataset.filter] = input.value.trim().toLowerCase();
      ({ events: drawEvents, calls: drawCalls, webhooks: drawWebhooks })[input.dataset.filter]();
    });
  }
}
