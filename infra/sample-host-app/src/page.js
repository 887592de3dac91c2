// Example of a host app's script: it lists the events of Onramp's custom elements and sets the
// height of each frame to the height that the frame reports.
"use strict";
const log = document.querySelector("#log");
const note = (text) => log?.prepend(Object.assign(document.createElement("li"), { textContent: text }));
for (const kind of ["ob:progress", "ob:complete", "ob:dismiss"]) {
  document.addEventListener(kind, (event) => note(`${kind} ${JSON.stringify(event.detail)}`));
}
window.addEventListener("message", (event) => {
  for (const frame of document.querySelectorAll("iframe")) {
    if (event.source !== frame.contentWindow || event.origin !== new URL(frame.src).origin) continue;
    if (event.data.height) frame.height = event.data.height;
    if (event.data.refused) note(`${event.data.onramp}: ${event.data.refused}`);
  }
});
