// What pages do beyond plain HTML. Every page works without this file.

// The sign-up form tells the browser's time zone, so that dates read as on the wall.
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  if (!field.value) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
}

// Takes over what another answer for this page says: focus and open folds stay, and bars move from where they were.
let shown;
globalThis.takeOver = (text) => {
  if (text === shown) {
    return;
  }
  shown = text;
  const main = document.getElementById("main");
  const next = new DOMParser().parseFromString(text, "text/html").getElementById("main");
  const place = (it) => it.id || it.closest("[data-task]")?.dataset.task;
  const named = (it) =>
    it.id ||
    `${it.getAttribute("href") ?? it.form?.getAttribute("action") ?? place(it.parentNode)} ${it.getAttribute("aria-label") ?? it.textContent}`;
  const held = main.contains(document.activeElement) && document.activeElement !== main;
  const name = held && named(document.activeElement);
  const open = new Set([...main.querySelectorAll("details[open]")].map(place));
  for (const fold of next.querySelectorAll("details")) {
    fold.open ||= open.has(place(fold));
  }
  const bars = [...next.querySelectorAll("progress")].map((bar, n) => {
    const value = bar.value;
    bar.value = main.querySelectorAll("progress")[n]?.value ?? value;
    return [bar, value];
  });
  main.replaceChildren(...next.childNodes);
  main.dataset.fresh = "yes";
  for (const [bar, value] of bars) {
    requestAnimationFrame(() => (bar.value = value));
  }
  if (held) {
    const again = [...main.querySelectorAll("a, button, input, summary")].find((it) => named(it) === name);
    const stead = again ?? main.querySelector("#next, .celebration, .widget") ?? main;
    if (stead !== again) {
      stead.tabIndex = -1;
    }
    stead.focus({ preventScroll: stead === main });
  }
};

// What changed without a new page is said to those who hear it.
const say = (text) => {
  const said =
    document.getElementById("said") ??
    document.body.appendChild(Object.assign(document.createElement("p"), { id: "said", className: "for-ears" }));
  said.setAttribute("role", "status");
  said.textContent = text;
};

// Sends a change of the checklist and takes over what it made of the page. Whatever is no such answer is the browser's
// to show: a change that is sent twice is made once.
const change = async (form) => {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", headers: { accept: "text/html" } });
  } catch {
    release(form);
    say("That did not go through. Check your connection and try again.");
    document.getElementById("said").classList.remove("for-ears");
    return;
  }
  if (!answer.ok) {
    form.submit();
  } else if (new URL(answer.url).pathname !== location.pathname) {
    location.assign(answer.url);
  } else {
    takeOver(await answer.text());
    taken = performance.now();
    say(document.querySelector(".progress-count")?.textContent ?? "Done.");
    document.getElementById("said").classList.add("for-ears");
  }
};

const release = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.removeAttribute("aria-disabled");
  }
};

// A form is sent once: a second click waits for the answer to the first. And the second of a double
// click must not hit the button that has just come to stand in the same place.
const DOUBLE_CLICK = 500;
let taken = -DOUBLE_CLICK;
let twice = false;
document.addEventListener("click", (event) => (twice = event.detail > 1), { capture: true });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent || (twice && performance.now() - taken < DOUBLE_CLICK)) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", "true");
  }
  if (form.getAttribute("action")?.startsWith("/onboarding/api/checklist/")) {
    event.preventDefault();
    change(form);
  }
});

// A page that comes back from the browser's memory takes clicks again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) {
    return;
  }
  for (const form of document.forms) {
    release(form);
  }
});

// A page that awaits the word of a payment looks again for about a minute, less and less often, and turns once the
// word is there. What that means is the server's business: its page carries the mark no more.
const awaiting = "data-awaits-plan";
if (document.querySelector(`[${awaiting}]`)) {
  const lookAgain = async (waits) => {
    const [wait, ...rest] = waits;
    if (wait === undefined) {
      for (const said of document.querySelectorAll("[data-later]")) {
        said.textContent = said.dataset.later;
      }
      return;
    }
    await new Promise((done) => setTimeout(done, wait * 1000));
    try {
      const answer = await fetch(location.pathname, { headers: { accept: "text/html" }, redirect: "manual" });
      if (answer.ok && !(await answer.text()).includes(awaiting)) {
        location.replace(location.pathname);
        return;
      }
    } catch {
      // Offline, or signed out meanwhile: the next look tells.
    }
    lookAgain(rest);
  };
  lookAgain([1, 1, 2, 3, 5, 8, 13, 21]);
}

// An error summary takes the focus, so that it is read first.
document.querySelector("[role=alert]")?.setAttribute("tabindex", "-1");
document.querySelector("[role=alert]")?.focus();
