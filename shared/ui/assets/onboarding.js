// <onboarding-widget> and <trial-banner> for pages of the host app. See docs/host-app.md.
const HOME = new URL(document.currentScript.src).origin;
const rules = { createHTML: (html) => html };
const policy = globalThis.trustedTypes?.createPolicy("onramp", rules) ?? rules;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const make = (name, properties) => Object.assign(document.createElement(name), properties);
const reported = new Set();
const report = (why) => {
  if (!reported.has(why)) console.error(`onramp: ${why}`);
  reported.add(why);
};

// Tokens by token URL, so that two elements with the same URL share one request.
const tokens = new Map();
const isFresh = (token) => {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000 > Date.now() + 30_000;
  } catch {
    return false;
  }
};
const fetched = async (url) => {
  const response = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Error(`${url} returned ${response.status} instead of a token`);
  const text = (await response.text()).trim();
  return text.startsWith("{") ? JSON.parse(text).token : text;
};

// Asks the host app for a link that signs the user in to a page of Onramp.
const portal = async (url, page) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ page }),
    credentials: "include",
    signal: AbortSignal.timeout(10_000),
  });
  const { url: link } = response.ok ? await response.json() : {};
  if (!/^https?:/.test(link)) throw new Error(`${url} returned ${response.status} instead of {"url": …}`);
  return link;
};

class OnrampElement extends HTMLElement {
  static observedAttributes = ["src", "token", "token-url"];
  box = make("div", { tabIndex: -1, className: "ob-box" });
  status = make("p", { className: "ob-ears", role: "status" });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.box, this.status);
    this.box.onclick = (event) => this.leave(event);
  }

  connectedCallback() {
    this.poll = poll(() => this.look().catch((error) => report(error.message)), this.pace);
    this.poll.now();
  }

  disconnectedCallback() {
    this.poll.stop();
  }

  attributeChangedCallback() {
    this.tag = undefined;
    this.poll?.now();
  }

  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  // Returns the token from token-url, the attribute token, or a handler of the event "ob:token".
  async token(renew) {
    const url = this.getAttribute("token-url");
    if (url) {
      const cached = tokens.get(url);
      if ((renew || !isFresh(await cached)) && tokens.get(url) === cached) {
        tokens.set(url, fetched(url));
        tokens.get(url).catch(() => tokens.delete(url));
      }
      return tokens.get(url);
    }
    let given = this.getAttribute("token");
    if (!given) this.fire("ob:token", { respond: (token) => (given = token) });
    if (!given) throw new Error(`<${this.localName}> requires token, token-url, or an ob:token handler`);
    return given;
  }

  async request(method, path, headers, renew) {
    const home = this.getAttribute("src") ?? HOME;
    const authorization = `Bearer ${await this.token(renew)}`;
    const init = { method, headers: { ...headers, authorization }, credentials: "omit", cache: "no-store" };
    const response = await fetch(home + path, init).catch(() => {
      throw new Error(`No response from ${home}. Check that ${location.origin} is in EMBED_ORIGINS and that your CSP's connect-src allows ${home}.`);
    });
    const again = response.status === 401 && !renew && this.hasAttribute("token-url");
    return again ? this.request(method, path, headers, true) : response;
  }

  async look() {
    const response = await this.request("GET", this.path, this.tag && { "if-none-match": this.tag });
    const { ok, status, headers } = response;
    if (status === 304) return false;
    if (!ok) report(/error_description="(.*?)"/.exec(headers.get("www-authenticate"))?.[1] ?? `${this.path}: ${status}`);
    // A 401 has no content, so the element is emptied.
    if (!ok && status !== 401) return null;
    this.tag = headers.get("etag");
    this.show(await response.text());
    return ok || "over";
  }

  show(html) {
    const focused = this.shadowRoot.activeElement?.textContent;
    this.box.innerHTML = policy.createHTML(html);
    for (const link of this.box.querySelectorAll("[data-ob-do]")) {
      // The second click of a double click is not meant for the next task.
      const onclick = ({ detail }) => detail < 2 && this.act(link.dataset.obDo);
      const button = make("button", { className: link.className, onclick });
      button.append(...link.childNodes);
      link.replaceWith(button);
    }
    if (focused) ([...this.box.querySelectorAll("a, button")].find((it) => it.textContent === focused) ?? this.box).focus({ preventScroll: true });
    const { obProgress: progress, obOrg: org } = this.box.firstElementChild?.dataset ?? {};
    if (!progress) return;
    // Compare only with the same organization's progress.
    const known = this.org === org ? this.progress : undefined;
    if (progress === known) return;
    [this.org, this.progress] = [org, progress];
    const now = JSON.parse(progress);
    const before = known && JSON.parse(known);
    this.fire("ob:progress", now);
    if (before) this.announce(`${now.completed} of ${now.total} done.`);
    if (before?.next && !now.next) this.fire("ob:complete", {});
  }

  // A change is announced to screen readers only. A failure is visible to all users.
  announce(text, failed) {
    this.status.className = failed ? "ob-card ob-warning ob-said" : "ob-ears";
    this.status.textContent = text;
  }

  // Opens a page of Onramp. With portal-url, the user is signed in there. If the host app gives no
  // link, or if the user opens another tab, the sign-in of Onramp asks.
  async leave(event) {
    const link = event.target.closest("[data-ob-page]");
    const url = this.getAttribute("portal-url");
    if (!link || !url || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (this.leaving || event.detail > 1) return;
    this.leaving = true;
    const to = await portal(url, link.dataset.obPage).catch(({ message }) => report(message));
    open(to ?? link.href, "_top");
    this.leaving = false;
  }

  async act(what) {
    if (this.acting) return;
    this.acting = true;
    this.announce("");
    try {
      const response = await this.request("POST", `/onboarding/api/checklist/${what}`);
      if (!response.ok) throw Object.assign(new Error((await response.json()).detail), { status: response.status });
      if (what === "dismiss") this.fire("ob:dismiss", {});
      await this.poll.now();
    } catch ({ message, status }) {
      report(message);
      // Server errors are temporary, and only the host app can fix a rejected token (401). So the
      // user sees only the messages of other errors.
      const forUser = status < 500 && status !== 401;
      this.announce(`That didn’t work. ${forUser ? message : "Try again in a moment."}`, true);
      if (forUser) this.poll.now();
    }
    this.acting = false;
  }
}

const define = (name, path, pace) => customElements.get(name) ?? customElements.define(name, class extends OnrampElement { path = path; pace = pace; });
define("onboarding-widget", "/onboarding/widget", 5_000);
define("trial-banner", "/onboarding/banner", 60_000);
