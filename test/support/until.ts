/** Looks again and again until `condition` holds; fails with its name after `limitMs`. Never a blind wait. */
export async function untilTrue(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<number> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return performance.now() - startedMs;
}
