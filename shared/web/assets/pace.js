// When to look again: every few seconds while somebody is at it, less and less often while nobody is, and not at all
// while the page is hidden or was left alone for half an hour. So an open page keeps no session alive.
const SLOWEST = 60_000;
const AT_IT = 120_000;
const LEFT = 1_800_000;
const rounds = new Set();
let touched = Date.now();

const touch = () => {
  const idle = Date.now() - touched;
  touched = Date.now();
  if (idle > AT_IT) rounds.forEach((round) => round.now());
};
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touch, { capture: true, passive: true });
document.addEventListener("visibilitychange", () => {
  touched = Date.now();
  if (!document.hidden) rounds.forEach((round) => round.now());
});

// Calls `look` again and again. It answers whether anything changed; null for trouble, and "over" to stop.
const round = (look, quickest) => {
  let wait = quickest;
  let timer;
  let busy = false;
  const go = async () => {
    clearTimeout(timer);
    if (busy || document.hidden) return;
    busy = true;
    const told = await look().catch(() => null);
    busy = false;
    const idle = Date.now() - touched;
    if (told === "over" || idle > LEFT || !rounds.has(it)) return;
    const quick = told || (told === false && idle < AT_IT);
    wait = quick ? quickest : Math.min(wait * (told === null ? 3 : 1.5), SLOWEST);
    timer = setTimeout(go, wait * (0.8 + 0.4 * Math.random()));
  };
  const it = {
    now() {
      wait = quickest;
      return go();
    },
    stop() {
      clearTimeout(timer);
      rounds.delete(it);
    },
  };
  rounds.add(it);
  return it;
};
