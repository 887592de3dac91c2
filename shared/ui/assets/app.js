// Progressive enhancement of all pages. Every page works without this file.

// Fills the hidden time zone field of a form with the browser's time zone, so that Onramp can show
// dates in this time zone.
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  if (!field.value) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
}

// Replaces the main content of the page with the main content of a newer response. The focus stays
// on the same element, open sections stay open, and progress bars move to their new values.
let shown;
globalThis.replaceMain = (text) => {
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
  const hasFocus = main.contains(document.activeElement) && document.activeElement !== main;
  const name = hasFocus && named(document.activeElement);
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
  if (hasFocus) {
    const same = [...main.querySelectorAll("a, button, input, summary")].find((it) => named(it) === name);
    const target = same ?? main.querySelector("#next, .celebration, .widget") ?? main;
    if (target !== same) {
      target.tabIndex = -1;
    }
    target.focus({ preventScroll: target === main });
  }
};

// Announces a change to screen readers. They would not notice the change, because the browser does
// not load a new page.
const announce = (text) => {
  const status =
    document.getElementById("said") ??
    document.body.appendChild(Object.assign(document.createElement("p"), { id: "said", className: "for-ears" }));
  status.setAttribute("role", "status");
  status.textContent = text;
};

// Sends a change of the checklist with `fetch`, and shows the page in the response. If the response
// is an error, the browser submits the form again without this script. That is safe, because a
// change that is sent twice has the same effect as a change that is sent once.
const change = async (form) => {
  let response;
  try {
    response = await fetch(form.action, { method: "POST", headers: { accept: "text/html" } });
  } catch {
    release(form);
    announce("That didn’t work. Check your connection and try again.");
    document.getElementById("said").classList.remove("for-ears");
    return;
  }
  if (!response.ok) {
    form.submit();
  } else if (new URL(response.url).pathname !== location.pathname) {
    location.assign(response.url);
  } else {
    replaceMain(await response.text());
    shownAt = performance.now();
    announce(document.querySelector(".progress-count")?.textContent ?? "Done.");
    document.getElementById("said").classList.add("for-ears");
  }
};

const release = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.removeAttribute("aria-disabled");
  }
};

// Prevents a second submission of a form until the response arrives. Also ignores the second click
// of a double click. By then, the page may show a different button in the same position.
const DOUBLE_CLICK = 500;
let shownAt = -DOUBLE_CLICK;
let twice = false;
document.addEventListener("click", (event) => (twice = event.detail > 1), { capture: true });
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent || (twice && performance.now() - shownAt < DOUBLE_CLICK)) {
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

// Enables the buttons again when the browser restores the page from its back/forward cache.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) {
    return;
  }
  for (const form of document.forms) {
    release(form);
  }
});

// A page that waits for a payment has the attribute `data-awaits-plan`. For about a minute, at
// growing intervals, this script requests the page again. When the response no longer contains the
// attribute, the script reloads the page. After the last request, the page shows another text.
const awaiting = "data-awaits-plan";
if (document.querySelector(`[${awaiting}]`)) {
  const poll = async (waits) => {
    const [wait, ...rest] = waits;
    if (wait === undefined) {
      for (const status of document.querySelectorAll("[data-later]")) {
        status.textContent = status.dataset.later;
      }
      return;
    }
    await new Promise((done) => setTimeout(done, wait * 1000));
    try {
      const response = await fetch(location.pathname, { headers: { accept: "text/html" }, redirect: "manual" });
      if (response.ok && !(await response.text()).includes(awaiting)) {
        location.replace(location.pathname);
        return;
      }
    } catch {
      // Offline. Try again at the next interval.
    }
    poll(rest);
  };
  poll([1, 1, 2, 3, 5, 8, 13, 21]);
}

// Moves the focus to the summary of a form's errors, so that screen readers read the summary first.
document.querySelector("[role=alert]")?.setAttribute("tabindex", "-1");
document.querySelector("[role=alert]")?.focus();
