// Runs checks in parallel.

/** Number of parallel browsers. */
const AT_ONCE = 3;

/** Runs `work` and records its error, so that other pages are still checked. */
export async function guarded(faults, what, work) {
  try {
    await work();
  } catch (error) {
    faults.push(`${what}: ${error.stack}`);
  }
}

/** Runs `work` for all `items`, a few at a time. */
export async function each(items, work) {
  const left = [...items];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left.length) await work(left.shift());
  }));
}
