// A page of ours follows what happens elsewhere: it asks whether the checklist is another one by now, and if so takes
// over what changed. Focus and scroll stay where they are, and the change is said once, politely.
const said = Object.assign(document.createElement("p"), { className: "for-ears", role: "status" });
document.body.append(said);

const follow = async () => {
  const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" }, redirect: "manual" });
  if (!answer.ok) throw new Error(`${location.pathname} answers ${answer.status}`);
  takeOver(await answer.text());
};

// What the page shows, as it says itself: of when its checklist is, and how the organization stands.
const shows = ({ updated_at, organization: { status } }) => {
  const { updated = null, status: shown } = document.querySelector("[data-status]")?.dataset ?? {};
  return updated_at === updated && status === shown;
};

let tag;
let done = new Set();
const look = async () => {
  const headers = { accept: "application/json", ...(tag && { "if-none-match": tag }) };
  const answer = await fetch("/onboarding/api/checklist", { headers, cache: "no-store" });
  if (answer.status === 304) return false;
  if (!answer.ok) return answer.status < 500 && answer.status !== 429 ? "over" : null;
  const list = await answer.json();
  const first = !tag;
  const before = done;
  // What was changed on this very page is there, and was said.
  const known = shows(list);
  const fresh = first && known;
  // Only what is shown counts as seen: where the page does not come, the next look tries again.
  if (!fresh) await follow();
  tag = answer.headers.get("etag");
  done = new Set(list.tasks.filter((task) => task.completed).map((task) => task.key));
  if (fresh) return false;
  if (!known) {
    const news = list.tasks.filter((task) => !first && task.completed && !before.has(task.key));
    const told = news.map((task) => `${task.title}: done. `).join("");
    said.textContent = `${told}${list.completed_count} of ${list.total_count} done.`;
  }
  document.dispatchEvent(new CustomEvent("onramp:change", { detail: list }));
  return true;
};
// Not at once: the page has only just been made, and its first load is not to cost a second question.
const looks = round(look, 5_000);
setTimeout(() => looks.now(), 5_000);
