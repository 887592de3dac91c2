// <onboarding-widget> and <trial-banner>: pieces of Onramp on pages of the host app. docs/host-app.md says how.
const HOME = new URL(document.currentScript.src).origin;
const rules = { createHTML: (html) => html };
const policy = globalThis.trustedTypes?.createPolicy("onramp", rules) ?? rules;
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const make = (name, properties) => Object.assign(document.createElement(name), properties);
const told = new Set();
const complain = (why) => {
  if (!told.has(why)) console.error(`onramp: ${why}`);
  told.add(why);
};

// Tokens by the address that they come from: two elements ask once.
const tokens = new Map();
const isFresh = (token) => {
  try {
    return JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).exp * 1000 > Date.now() + 30_000;
  } catch {
    return false;
  }
};
const fetched = async (url) => {
  const answer = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store" });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status} in place of a token`);
  const text = (await answer.text()).trim();
  return text.startsWith("{") ? JSON.parse(text).token : text;
};

class Piece extends HTMLElement {
  static observedAttributes = ["src", "token", "token-url"];
  box = make("div", { tabIndex: -1, className: "ob-box" });
  said = make("p", { className: "ob-ears", role: "status" });

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(this.box, this.said);
  }

  connectedCallback() {
    this.round = round(() => this.look().catch((error) => complain(error.message)), this.pace);
    this.round.now();
  }

  disconnectedCallback() {
    this.round.stop();
  }

  attributeChangedCallback() {
    this.tag = undefined;
    this.round?.now();
  }

  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  // The host's server, the attribute, or whoever answers the event "ob:token".
  async token(anew) {
    const url = this.getAttribute("token-url");
    if (url) {
      const held = tokens.get(url);
      if ((anew || !isFresh(await held)) && tokens.get(url) === held) {
        tokens.set(url, fetched(url));
        tokens.get(url).catch(() => tokens.delete(url));
      }
      return tokens.get(url);
    }
    let given = this.getAttribute("token");
    if (!given) this.fire("ob:token", { respond: (token) => (given = token) });
    if (!given) throw new Error(`<${this.localName}> needs token, token-url or an answer to ob:token`);
    return given;
  }

  async ask(method, path, headers, anew) {
    const home = this.getAttribute("src") ?? HOME;
    const authorization = `Bearer ${await this.token(anew)}`;
    const request = { method, headers: { ...headers, authorization }, credentials: "omit", cache: "no-store" };
    const answer = await fetch(home + path, request).catch(() => {
      throw new Error(`${home} did not answer this page: is ${location.origin} one of EMBED_ORIGINS, and in your policy's connect-src ${home}?`);
    });
    const again = answer.status === 401 && !anew && this.hasAttribute("token-url");
    return again ? this.ask(method, path, headers, true) : answer;
  }

  async look() {
    const answer = await this.ask("GET", this.path, this.tag && { "if-none-match": this.tag });
    const { ok, status, headers } = answer;
    if (status === 304) return false;
    if (!ok) complain(/error_description="(.*?)"/.exec(headers.get("www-authenticate"))?.[1] ?? `${this.path}: ${status}`);
    // A refusal has no content: there is nothing to show.
    if (!ok && status !== 401) return null;
    this.tag = headers.get("etag");
    this.show(await answer.text());
    return ok || "over";
  }

  show(html) {
    const held = this.shadowRoot.activeElement?.textContent;
    this.box.innerHTML = policy.createHTML(html);
    for (const link of this.box.querySelectorAll("[data-ob-do]")) {
      // The second of a double click is not meant for the task that has come into its place.
      const onclick = ({ detail }) => detail < 2 && this.act(link.dataset.obDo);
      const button = make("button", { className: link.className, onclick });
      button.append(...link.childNodes);
      link.replaceWith(button);
    }
    if (held) ([...this.box.querySelectorAll("a, button")].find((it) => it.textContent === held) ?? this.box).focus({ preventScroll: true });
    const { obProgress: progress, obOrg: org } = this.box.firstElementChild?.dataset ?? {};
    if (!progress) return;
    // Another organization's progress is nothing to compare with: it has only just become known.
    const known = this.org === org ? this.progress : undefined;
    if (progress === known) return;
    [this.org, this.progress] = [org, progress];
    const now = JSON.parse(progress);
    const before = known && JSON.parse(known);
    this.fire("ob:progress", now);
    if (before) this.say(`${now.completed} of ${now.total} done.`);
    if (before?.next && !now.next) this.fire("ob:complete", {});
  }

  // What changed is seen as it is; that something did not work stands there for everybody.
  say(text, failed) {
    this.said.className = failed ? "ob-card ob-warning ob-said" : "ob-ears";
    this.said.textContent = text;
  }

  async act(what) {
    if (this.acting) return;
    this.acting = true;
    this.say("");
    try {
      const answer = await this.ask("POST", `/onboarding/api/checklist/${what}`);
      if (!answer.ok) throw Object.assign(new Error((await answer.json()).detail), { status: answer.status });
      if (what === "dismiss") this.fire("ob:dismiss", {});
      await this.round.now();
    } catch ({ message, status }) {
      complain(message);
      // Trouble passes, and a token is the host's affair; any other refusal is for the person to read.
      const theirs = status < 500 && status !== 401;
      this.say(`That did not work. ${theirs ? message : "Try again in a moment."}`, true);
      if (theirs) this.round.now();
    }
    this.acting = false;
  }
}

const define = (name, path, pace) => customElements.get(name) ?? customElements.define(name, class extends Piece { path = path; pace = pace; });
define("onboarding-widget", "/onboarding/widget", 5_000);
define("trial-banner", "/onboarding/banner", 60_000);
