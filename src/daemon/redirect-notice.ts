// Requests do not reach metacred any more, and repairing did not help: said once, until they do again.
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { showNotice } from "../sys/desktop-notice.ts";
import type { RedirectHealth } from "./redirect-watch.ts";

type Person = Pick<Context, "clock" | "env" | "platform">;
type Deps = { health(): RedirectHealth; config(): Config };

const LOOK_EVERY_MS = 5000;
// The watch repairs what it can within a few seconds of its own.
const LOST_AFTER_MS = 15_000;
const WORDS = "Programs do not reach metacred at 169.254.169.254 any more. Type: metacred status";

/** Returns what ends it. */
export function noticeLostRedirect({ clock, env, platform }: Person, { health, config }: Deps): () => void {
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
        if (config().notify.desktop) showNotice(WORDS, env, platform);
      }
    }
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return () => cancel();
}
