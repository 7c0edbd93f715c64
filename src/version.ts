declare const BUILD_VERSION: string | undefined;

/** The version that the build put in; `0.0.0-dev` when run from source. */
export const VERSION: string = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-dev";

/** Negative when `a` is older than `b`, 0 when equal. A pre-release comes before its release; two, as text. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.includes("-") !== b.includes("-")) return a.includes("-") ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}
