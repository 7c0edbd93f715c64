// Requests do not reach metacred any more, and repairing did not help: said once, until they do again.
import type { Clock } from "../sys/clock.ts";
import type { RedirectHealth } from "./redirect-watch.ts";

type Deps = { clock: Clock; health(): RedirectHealth; tell(words: string): void };

const LOOK_EVERY_MS = 5000;
// The watch repairs what it can within a few seconds of its own.
const LOST_AFTER_MS = 15_000;
const WORDS = "Programs do not reach metacred at 169.254.169.254 any more. Type: metacred status";

/** Returns what ends it. */
export function noticeLostRedirect({ clock, health, tell }: Deps): () => void {
  let lostSinceMs: number | undefined;
  let said = false;
  let cancel = () => {};
  const look = () => {
    const nowMs = clock.monotonicMs();
    if (health().healthy) {
      lostSinceMs = undefined;
      said = false;
    } else {
      lostSinceMs ??= nowMs;
      if (!said && nowMs - lostSinceMs >= LOST_AFTER_MS) {
        said = true;
        tell(WORDS);
      }
    }
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return () => cancel();
}
