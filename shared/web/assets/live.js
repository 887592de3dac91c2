// A page of ours follows what happens elsewhere: it asks whether the checklist is another one by now, and if so takes
// over what changed. Focus and scroll stay where they are, and the change is said once, politely.
const main = document.getElementById("main");
const said = Object.assign(document.createElement("p"), { className: "for-ears", role: "status" });
document.body.append(said);

// What names a thing that can have the focus, on this page and on the next one.
const named = (it) =>
  it.id || `${it.getAttribute("href") ?? it.form?.getAttribute("action") ?? it.localName} ${it.getAttribute("aria-label") ?? it.textContent}`;

const takeOver = async () => {
  const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" }, redirect: "manual" });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
  const held = main.contains(document.activeElement) && document.activeElement !== main && named(document.activeElement);
  const open = new Set([...main.querySelectorAll("details[open] > summary")].map((it) => it.textContent));
  [...next.querySelectorAll("details > summary")].forEach((it) => (it.parentNode.open ||= open.has(it.textContent)));
  const [old, fresh] = [[...main.children], [...next.children]];
  fresh.forEach((part, n) => {
    if (!old[n]) main.append(part);
    else if (!old[n].isEqualNode(part)) old[n].replaceWith(part);
  });
  old.slice(fresh.length).forEach((part) => part.remove());
  if (held && !main.contains(document.activeElement)) {
    const again = [...main.querySelectorAll("a, button, input, summary")].find((it) => named(it) === held);
    (again ?? main).focus({ preventScroll: true });
  }
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
  tag = answer.headers.get("etag");
  done = new Set(list.tasks.filter((task) => task.completed).map((task) => task.key));
  if (first) return false;
  await takeOver();
  const news = list.tasks.filter((task) => task.completed && !before.has(task.key)).map((task) => `${task.title}: done.`);
  said.textContent = `${news.join(" ")} ${list.completed_count} of ${list.total_count} done.`.trim();
  document.dispatchEvent(new CustomEvent("onramp:change", { detail: list }));
  return true;
};
round(look, 5_000).now();
