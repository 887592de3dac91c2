// <onboarding-widget> and <trial-banner>: pieces of Onramp on pages of the host app. docs/host-app.md says how.
const HOME = new URL(document.currentScript.src).origin;
const policy = globalThis.trustedTypes?.createPolicy("onramp", { createHTML: (html) => html });
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
const told = new Set();
const complain = (why) => told.has(why) || (told.add(why), console.error(`onramp: ${why}`));

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

  connectedCallback() {
    if (!this.box) {
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      this.box = Object.assign(document.createElement("div"), { tabIndex: -1, className: "ob-box" });
      this.said = Object.assign(document.createElement("p"), { className: "ob-ears", role: "status" });
      root.append(this.box, this.said);
      root.addEventListener("click", (event) => {
        const button = event.target.closest("button[data-ob-do]");
        // The second of a double click is not meant for the task that has come into its place.
        if (button && !this.acting && event.detail < 2) this.act(button.dataset.obDo);
      });
    }
    this.round = round(() => this.look(), this.pace);
    this.round.now();
  }

  disconnectedCallback() {
    this.round.stop();
  }

  attributeChangedCallback() {
    this.tag = undefined;
    if (this.isConnected) this.round?.now();
  }

  fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  // The attribute, the host's server, or whoever answers the event "ob:token".
  async token(anew) {
    const url = this.getAttribute("token-url");
    if (!url) {
      let given = this.getAttribute("token");
      if (!given) this.fire("ob:token", { respond: (token) => (given = token) });
      return given;
    }
    if (!tokens.has(url) || anew) tokens.set(url, fetched(url));
    try {
      const token = await tokens.get(url);
      return isFresh(token) || anew ? token : this.token(true);
    } catch (error) {
      tokens.delete(url);
      throw error;
    }
  }

  async ask(method, path, headers, anew) {
    const token = await this.token(anew);
    if (!token) throw new Error(`<${this.localName}> needs token, token-url or an answer to ob:token`);
    const home = this.getAttribute("src") ?? HOME;
    const request = { method, headers: { ...headers, authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store" };
    const answer = await fetch(home + path, request).catch(() => {
      throw new Error(`${home} did not answer this page: is ${location.origin} one of EMBED_ORIGINS, and in your policy's connect-src ${home}?`);
    });
    if (answer.status !== 401 || anew || !this.hasAttribute("token-url")) return answer;
    return this.ask(method, path, headers, true);
  }

  async look() {
    try {
      const answer = await this.ask("GET", this.path, this.tag ? { "if-none-match": this.tag } : {});
      if (answer.status === 304) return false;
      if (answer.ok) {
        this.tag = answer.headers.get("etag");
        this.show(await answer.text());
        return true;
      }
      complain(/error_description="(.*?)"/.exec(answer.headers.get("www-authenticate"))?.[1] ?? `${this.path}: ${answer.status}`);
      if (answer.status === 401) this.show("");
      return answer.status === 401 ? "over" : null;
    } catch (error) {
      complain(error.message);
      return null;
    }
  }

  show(html) {
    const held = this.shadowRoot.activeElement?.textContent;
    this.box.innerHTML = policy ? policy.createHTML(html) : html;
    for (const link of this.box.querySelectorAll("a[data-ob-do]")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: link.className });
      button.dataset.obDo = link.dataset.obDo;
      button.append(...link.childNodes);
      link.replaceWith(button);
    }
    if (held) ([...this.box.querySelectorAll("a, button")].find((it) => it.textContent === held) ?? this.box).focus({ preventScroll: true });
    const at = this.box.firstElementChild?.dataset ?? {};
    const before = this.at;
    this.at = at;
    if (at.obTotal && at.obCompleted !== before?.obCompleted) {
      const [completed, total, percentage] = [at.obCompleted, at.obTotal, at.obPercentage].map(Number);
      this.fire("ob:progress", { completed, total, percentage, next: at.obNext ?? null });
      if (before?.obTotal) this.said.textContent = `${completed} of ${total} done.`;
    }
    if (at.obComplete === "true" && before?.obComplete === "false") this.fire("ob:complete", {});
  }

  async act(what) {
    this.acting = true;
    try {
      const answer = await this.ask("POST", `/onboarding/api/checklist/${what}`, { accept: "application/json" });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      if (what === "dismiss") this.fire("ob:dismiss", {});
      await this.round.now();
    } catch (error) {
      complain(error.message);
      this.said.textContent = "That did not work. Try again in a moment.";
    } finally {
      this.acting = false;
    }
  }
}

const define = (name, path, pace) => {
  if (!customElements.get(name)) customElements.define(name, class extends Piece { path = path; pace = pace; });
};
define("onboarding-widget", "/onboarding/widget", 5_000);
define("trial-banner", "/onboarding/banner", 60_000);
