// Sends Stripe's events for an organization, and resets the stack.

import { all, el, find, toast } from "./dom.js";
import { forget } from "./log.js";
import { post, watch } from "./wire.js";

const organizations = watch("/_local/organizations");
let known = new Map();

// Returns the ID and a distinct label of each organization. Names do not have to be unique, so a
// label of organizations with the same name contains the end of the ID.
export function labels() {
  const list = [...known.values()];
  return list.map(({ id, name }) => {
    const shared = list.filter((other) => other.name === name).length > 1;
    return { id, label: shared ? `${name} · ${id.slice(-6)}` : name };
  });
}

export async function refresh() {
  const list = await organizations();
  if (!list) return;
  const select = find("#organization");
  const fresh = list.find((organization) => !known.has(organization.id));
  // Select a new organization, because it is most likely the next one to use.
  const chosen = fresh ? fresh.id : select.value;
  known = new Map(list.map((organization) => [organization.id, organization]));
  select.replaceChildren(
    ...labels().map(({ id, label }) => el("option", { value: id }, label)),
    el("option", { value: "" }, "Unknown customer"));
  select.value = known.has(chosen) ? chosen : (list[0]?.id ?? "");
  showStatus();
}

function showStatus() {
  const organization = known.get(find("#organization").value);
  const place = find("#org-status");
  place.hidden = !organization;
  if (!organization) return;
  const { trial_days_remaining: days, run } = organization;
  place.replaceChildren(
    el("span", { className: `chip status ${organization.status}` }, organization.status.replace("_", " ")),
    run ? el("span", { className: run.failed ? "chip bad" : "chip" }, run.failed ? "setup failed" : `setting up: ${run.done} of ${run.total}`) : "",
    days > 0 ? el("span", {}, `${days} ${days === 1 ? "day" : "days"} left`) : "",
    el("span", {}, `${organization.completion_percentage} % done`),
    el("a", { href: `/organizations/${organization.id}`, target: "_blank", rel: "noopener" }, "open"));
}

async function send(requests) {
  const organization = find("#organization").value;
  const about = organization ? { organization_id: organization } : {};
  for (const request of requests) {
    const { event, statuses } = await post("/_local/stripe/events", { ...request, ...about });
    const bad = statuses.some((status) => status !== 200);
    const results = statuses.length > 3 ? `${statuses.length} × ${[...new Set(statuses)].join(", ")}` : statuses.join(" ");
    const sent = find("#sent-events");
    sent.prepend(el("li", { title: event.id }, el("code", {}, event.type),
      el("span", { className: `chip ${bad ? "bad" : "good"}` }, results)));
    while (sent.children.length > 6) sent.lastChild.remove();
  }
}

async function during(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    toast(error.message, "bad");
  } finally {
    button.disabled = false;
  }
}

export function start(refreshAll) {
  find("#organization").addEventListener("change", showStatus);
  for (const button of all("[data-events]")) {
    button.addEventListener("click", () => during(button, async () => {
      await send(JSON.parse(button.dataset.events));
      await refreshAll();
    }));
  }
  find("#other").addEventListener("submit", (submit) => {
    submit.preventDefault();
    const form = new FormData(submit.target);
    during(submit.submitter, async () => {
      const set = form.get("set").trim();
      await send([{ type: form.get("type").trim(), set: set ? JSON.parse(set) : {}, count: Number(form.get("count") || 1) }]);
      await refreshAll();
    });
  });
  find("#reset").addEventListener("click", (click) => {
    if (!confirm("Delete all organizations, emails, and events, and reset the clock?")) return;
    during(click.target, async () => {
      await post("/_local/reset");
      find("#sent-events").replaceChildren();
      forget();
      toast("All data deleted");
      await refreshAll();
    });
  });
}
