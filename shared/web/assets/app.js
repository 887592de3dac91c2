// What pages do beyond plain HTML. Every page works without this file.
"use strict";

// The sign-up form tells the browser's time zone, so that dates read as on the wall.
for (const field of document.querySelectorAll("input[data-time-zone]")) {
  if (!field.value) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
}

// A form is sent once: a second click waits for the answer to the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-disabled", "true");
  }
});

// A page that comes back from the browser's memory takes clicks again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) {
    return;
  }
  for (const form of document.forms) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) {
      button.removeAttribute("aria-disabled");
    }
  }
});

// A page that awaits the word of a payment looks again for about a minute, less and less often, and turns once the
// word is there. What that means is the server's business: its page carries the mark no more.
const awaiting = "data-awaits-plan";
if (document.querySelector(`[${awaiting}]`)) {
  const lookAgain = async (waits) => {
    const [wait, ...rest] = waits;
    if (wait === undefined) {
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
