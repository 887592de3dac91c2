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

// An error summary takes the focus, so that it is read first.
document.querySelector("[role=alert]")?.setAttribute("tabindex", "-1");
document.querySelector("[role=alert]")?.focus();
