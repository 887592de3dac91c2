// A piece of ours in a frame: it tells the page around it how high it is, follows what changes, and says why it is empty.
const { obPart: part, obPages: pages, obWhy: why, obOver: over } = document.body.dataset;
const main = document.querySelector("main");
const said = document.querySelector("[role=status]");
const around = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
const tell = (message) => {
  if (pages.split(" ").includes(around)) parent.postMessage({ onramp: part, ...message }, around);
};
new ResizeObserver(() => tell({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) })).observe(main);
const refuse = (why) => {
  console.error(`onramp: ${why}`);
  tell({ refused: why });
};
const progress = () => main.firstElementChild?.dataset.obProgress;
// What is here already stays as it is. Both are compared as the browser reads them: the first answer may be what the page
// came with, or of after that.
const show = (html) => {
  const next = document.createElement("main");
  next.innerHTML = html;
  if (next.innerHTML === main.innerHTML) return;
  const before = progress();
  const held = main.contains(document.activeElement) && document.activeElement.textContent;
  main.replaceChildren(...next.childNodes);
  if (held) [...main.querySelectorAll("a")].find((link) => link.textContent === held)?.focus({ preventScroll: true });
  const now = progress();
  if (!before || !now || before === now) return;
  const { completed, total } = JSON.parse(now);
  said.textContent = `${completed} of ${total} done.`;
};
if (why) refuse(why);
if (over === undefined) {
  const headers = { authorization: `Bearer ${new URLSearchParams(location.search).get("token")}` };
  let tag;
  const look = async () => {
    const answer = await fetch(`/onboarding/${part}`, { headers: tag ? { ...headers, "if-none-match": tag } : headers, cache: "no-store" });
    if (answer.status === 304) return false;
    if (!answer.ok) {
      const refused = /error_description="(.*?)"/.exec(answer.headers.get("www-authenticate"))?.[1];
      if (refused) refuse(refused);
      return answer.status === 401 ? "over" : null;
    }
    show(await answer.text());
    tag = answer.headers.get("etag");
    return true;
  };
  round(look, part === "banner" ? 60_000 : 5_000).now();
}
