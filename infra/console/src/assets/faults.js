// The fault plan: lists, adds, and removes injected faults.

import { el, empty, find, toast } from "./dom.js";
import { post, remove, watch } from "./wire.js";

const watched = watch("/_local/faults");
let plan = [];

export async function refresh() {
  const changed = await watched();
  if (changed) {
    plan = changed;
    draw();
  }
  return plan.length;
}

function draw() {
  find("#clear").hidden = plan.length === 0;
  const lines = plan.map((fault, index) => el("li", { className: "fault" },
    el("span", { className: "chip bad" }, fault.kind.replaceAll("_", " ")),
    el("span", {}, where(fault)),
    el("span", { className: "about" }, when(fault)),
    el("button", { type: "button", className: "quiet", onclick: () => replace(plan.filter((_, other) => other !== index)) }, "Remove")));
  find("#faults .rows").replaceChildren(...(lines.length ? lines
    : [el("li", {}, empty("No faults", "Add a fault to see how Onramp handles failed calls."))]));
}

const where = (fault) => [fault.function ?? "any function", [fault.service, fault.operation].filter(Boolean).join(" ") || "any call"].join(" → ");

function when(fault) {
  if (fault.nth) return `only matching call ${fault.nth}`;
  if (fault.rate !== undefined && fault.rate !== null) return `${Math.round(fault.rate * 100)} % of matching calls`;
  return "every matching call";
}

async function replace(lines) {
  try {
    await (lines.length ? post("/_local/faults", lines) : remove("/_local/faults"));
    await refresh();
  } catch (error) {
    toast(error.message, "bad");
  }
}

export function start() {
  find("#clear").addEventListener("click", () => replace([]));
  find("#plan").addEventListener("submit", (submit) => {
    submit.preventDefault();
    const given = [...new FormData(submit.target)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
    const fault = Object.fromEntries(given.map(([name, value]) => [name, ["nth", "rate"].includes(name) ? Number(value) : value]));
    replace([...plan, fault]);
  });
}
