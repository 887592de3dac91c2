// Script of the document in an embedded frame. It reports the height of the document to the
// embedding page, keeps the content up to date, and reports the reason if the content is empty.
const { obPart: part, obPages: pages, obWhy: why, obOver: over, obPortal: portal } = document.body.dataset;
const main = document.querySelector("main");
const status = document.querySelector("[role=status]");
const embedder = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
// Without an embedding page, its origin is empty, like a list without origins.
const isListed = embedder !== "" && pages.split(" ").includes(embedder);
const post = (message) => {
  if (isListed) parent.postMessage({ onramp: part, ...message }, embedder);
};
new ResizeObserver(() => post({ height: Math.ceil(document.documentElement.getBoundingClientRect().height) })).observe(main);
// A frame cannot call the host app's server with the user's cookies. So the embedding page gets the
// portal link, and opens it.
main.addEventListener("click", (event) => {
  const link = event.target.closest("[data-ob-page]");
  if (!link || portal === undefined || !isListed || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (event.detail < 2) post({ page: link.dataset.obPage, href: link.href });
});
const refuse = (why) => {
  console.error(`onramp: ${why}`);
  post({ refused: why });
};
const progress = () => main.firstElementChild?.dataset.obProgress;
// Replaces the content only if it changed. The comparison parses the response first, because the
// text of a response can differ from the text that the browser returns for the same content.
const show = (html) => {
  const next = document.createElement("main");
  next.innerHTML = html;
  if (next.innerHTML === main.innerHTML) return;
  const before = progress();
  const focused = main.contains(document.activeElement) && document.activeElement.textContent;
  main.replaceChildren(...next.childNodes);
  if (focused) [...main.querySelectorAll("a")].find((link) => link.textContent === focused)?.focus({ preventScroll: true });
  const now = progress();
  if (!before || !now || before === now) return;
  const { completed, total } = JSON.parse(now);
  status.textContent = `${completed} of ${total} done.`;
};
if (why) refuse(why);
if (over === undefined) {
  const headers = { authorization: `Bearer ${new URLSearchParams(location.search).get("token")}` };
  let tag;
  const check = async () => {
    const response = await fetch(`/onboarding/${part}`, { headers: tag ? { ...headers, "if-none-match": tag } : headers, cache: "no-store" });
    if (response.status === 304) return false;
    if (!response.ok) {
      const refused = /error_description="(.*?)"/.exec(response.headers.get("www-authenticate"))?.[1];
      if (refused) refuse(refused);
      return response.status === 401 ? "over" : null;
    }
    show(await response.text());
    tag = response.headers.get("etag");
    return true;
  };
  poll(check, part === "banner" ? 60_000 : 5_000).now();
}
