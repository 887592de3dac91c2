// What happens in the world: Stripe's events for an organization, and starting over.

import { all, el, find, toast } from "./dom.js";
import { forget } from "./log.js";
import { post, watch } from "./wire.js";

const organizations = watch("/_local/organizations");
let known = new Map();

export async function refresh() {
  const list = await organizations();
  if (!list) return;
  const select = find("#organization");
  const fresh = list.find((organization) => !known.has(organization.id));
  // Whoever just signed up is who one wants to act on next.
  const chosen = fresh ? fresh.id : select.value;
  known = new Map(list.map((organization) => [organization.id, organization]));
  select.replaceChildren(
    ...list.map((organization) => el("option", { value: organization.id }, organization.name)),
    el("option", { value: "" }, "A customer nobody knows"));
  select.value = known.has(chosen) ? chosen : (list[0]?.id ?? "");
  standing();
}

function standing() {
  const organization = known.get(find("#organization").value);
  const place = find("#standing");
  place.hidden = !organization;
  if (!organization) return;
  const days = organization.trial_days_remaining;
  place.replaceChildren(
    el("span", { className: `chip status ${organization.status}` }, organization.status.replace("_", " ")),
    days > 0 ? el("span", {}, `${days} ${days === 1 ? "day" : "days"} left`) : "",
    el("span", {}, `${organization.completion_percentage} % done`),
    el("a", { href: `/organizations/${organization.id}`, target: "_blank", rel: "noopener" }, "open"));
}

async function tell(requests) {
  const organization = find("#organization").value;
  const about = organization ? { organization_id: organization } : {};
  for (const request of requests) {
    const { event, statuses } = await post("/_local/stripe/events", { ...request, ...about });
    const bad = statuses.some((status) => status !== 200);
    const answers = statuses.length > 3 ? `${statuses.length} × ${[...new Set(statuses)].join(", ")}` : statuses.join(" ");
    const told = find("#told");
    told.prepend(el("li", { title: event.id }, el("code", {}, event.type),
      el("span", { className: `chip ${bad ? "bad" : "good"}` }, answers)));
    while (told.children.length > 6) told.lastChild.remove();
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
  find("#organization").addEventListener("change", standing);
  for (const button of all("[data-events]")) {
    button.addEventListener("click", () => during(button, async () => {
      await tell(JSON.parse(button.dataset.events));
      await refreshAll();
    }));
  }
  find("#other").addEventListener("submit", (submit) => {
    submit.preventDefault();
    const form = new FormData(submit.target);
    during(submit.submitter, async () => {
      const set = form.get("set").trim();
      await tell([{ type: form.get("type").trim(), set: set ? JSON.parse(set) : {}, count: Number(form.get("count") || 1) }]);
      await refreshAll();
    });
  });
  find("#reset").addEventListener("click", (click) => {
    if (!confirm("Empty everything: organizations, mails, events, and the clock?")) return;
    during(click.target, async () => {
      await post("/_local/reset");
      find("#told").replaceChildren();
      forget();
      toast("Everything is empty");
      await refreshAll();
    });
  });
}
