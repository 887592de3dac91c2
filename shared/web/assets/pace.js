// When to look again: every few seconds while somebody is at it, less and less often while nobody is, and not at all
// while the page is hidden or was left alone for half an hour. So an open page keeps no session alive.
const SLOWEST = 60_000;
const LEFT = 1_800_000;
const rounds = new Set();
let touched = 0;

// Whoever comes back sees at once how things are.
const touch = () => {
  const back = Date.now() - touched > SLOWEST;
  touched = Date.now();
  if (back) rounds.forEach((round) => round.now());
};
touch();
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touch, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => {
  touched = 0;
  touch();
});

// Calls `look` again and again. It answers whether anything changed; nothing for trouble, and "over" to stop.
const round = (look, quickest) => {
  let wait, timer, running, next;
  const go = async () => {
    clearTimeout(timer);
    if (document.hidden || !rounds.has(it)) return;
    const told = await look().catch(() => {});
    const idle = Date.now() - touched;
    if (told === "over" || idle > LEFT) return;
    wait = Math.min(Math.max(told == null ? wait * 3 : idle / 12, quickest), SLOWEST);
    timer = setTimeout(start, wait * (0.8 + 0.4 * Math.random()));
  };
  // Asked for while an answer is on its way, it looks once more after that: the answer may be of before.
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
      rounds.delete(it);
    },
  };
  rounds.add(it);
  return it;
};
