// Keeps a page of Onramp up to date. The script polls the checklist and shows changes that were
// made in another place, such as another browser. The focus and the scroll position stay, and a
// screen reader announces each change once.
const status = Object.assign(document.createElement("p"), { className: "for-ears", role: "status" });
document.body.append(status);

const reload = async () => {
  const response = await fetch(location.pathname + location.search, { headers: { accept: "text/html" }, redirect: "manual" });
  if (!response.ok) throw new Error(`${location.pathname} returned ${response.status}`);
  replaceMain(await response.text());
};

// Returns whether the page already shows this version of the checklist, the organization's status, and
// the steps that make it ready.
const isShown = ({ updated_at, organization: { status: now, provisioning: { state, done } } }) => {
  const { updated = null, status: shown, setup } = document.querySelector("[data-status]")?.dataset ?? {};
  return updated_at === updated && now === shown && setup === `${state} ${done}`;
};

// Returns the state of the steps that make the organization ready, as a sentence.
const setupOf = ({ organization: { name, provisioning: { state, done, total } } }) =>
  ({ running: `Setting up: ${done} of ${total} done.`, ready: `${name} is ready.`, failed: "Setup is taking longer." })[state] ?? "";

let tag;
let done = new Set();
let setup;
const check = async () => {
  const headers = { accept: "application/json", ...(tag && { "if-none-match": tag }) };
  const response = await fetch("/onboarding/api/checklist", { headers, cache: "no-store" });
  if (response.status === 304) return false;
  if (!response.ok) return response.status < 500 && response.status !== 429 ? "over" : null;
  const list = await response.json();
  const first = !tag;
  const [before, setupBefore] = [done, setup];
  // A change made on this page is already shown and announced.
  const current = isShown(list);
  const unchanged = first && current;
  // Stores the entity tag only after the page shows this version of the checklist. If `reload`
  // fails, the tag stays unchanged, so the next poll tries again.
  if (!unchanged) await reload();
  tag = response.headers.get("etag");
  done = new Set(list.tasks.filter((task) => task.completed).map((task) => task.key));
  setup = setupOf(list);
  if (unchanged) return false;
  if (setupBefore && setup !== setupBefore) status.textContent = setup;
  else if (!current) {
    const news = list.tasks.filter((task) => !first && task.completed && !before.has(task.key));
    const names = news.map((task) => `${task.title}: done. `).join("");
    status.textContent = `${names}${list.completed_count} of ${list.total_count} done.`;
  }
  document.dispatchEvent(new CustomEvent("onramp:change", { detail: list }));
  return true;
};
// The first poll starts after 5 seconds, because the browser has just loaded the page.
const polling = poll(check, 5_000);
setTimeout(() => polling.now(), 5_000);
