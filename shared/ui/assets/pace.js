// Polls every few seconds while the page is used, less often without user input, and not at all
// while the page is hidden or after half an hour without input. So an open page does not keep a
// session alive.
const SLOWEST = 60_000;
const IDLE_LIMIT = 1_800_000;
const polls = new Set();
let touched = 0;

// Poll immediately when the user returns.
const touch = () => {
  const back = Date.now() - touched > SLOWEST;
  touched = Date.now();
  if (back) polls.forEach((it) => it.now());
};
touch();
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touch, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => {
  touched = 0;
  touch();
});

// Calls `check` repeatedly. `check` returns whether anything changed, null after an error, or
// "over" to stop the calls.
const poll = (check, quickest) => {
  let wait, timer, running, next;
  const go = async () => {
    clearTimeout(timer);
    if (document.hidden || !polls.has(it)) return;
    const result = await check().catch(() => {});
    const idle = Date.now() - touched;
    if (result === "over" || idle > IDLE_LIMIT) return;
    wait = Math.min(Math.max(result == null ? wait * 3 : idle / 12, quickest), SLOWEST);
    timer = setTimeout(start, wait * (0.8 + 0.4 * Math.random()));
  };
  // A call of `now` during a request starts a second request after it, because the response to the
  // first request may be outdated.
  const start = () => {
    if (running) return (next ??= running.then(start));
    next = undefined;
    return (running = go().finally(() => (running = undefined)));
  };
  const it = {
    now() {
      wait = quickest;
      return start();
    },
    stop() {
      clearTimeout(timer);
      polls.delete(it);
    },
  };
  polls.add(it);
  return it;
};
