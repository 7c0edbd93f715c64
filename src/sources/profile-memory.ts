// Thousands of profiles take longer to parse than all the rest of a switch: a daemon does it once for each change.
import { type Stats, statSync } from "node:fs";
import type { Environment } from "../paths.ts";
import type { Profiles } from "../roles/profiles.ts";
import type { Clock } from "../sys/clock.ts";
import { loadProfiles, profileFileNames } from "./profile-files.ts";

/** `loadProfiles`, which parses the files again only when they have changed. */
export function rememberProfiles(env: Environment, clock: Pick<Clock, "now">): () => Promise<Profiles> {
  let kept: { stamp: string; profiles: Profiles } | undefined;
  return async () => {
    const stamp = profilesStamp(env, clock);
    if (kept !== undefined && kept.stamp === stamp) return kept.profiles;
    const profiles = await loadProfiles(env);
    kept = stamp === undefined ? undefined : { stamp, profiles };
    return profiles;
  };
}

/** Another one for every change of the AWS files; undefined while a further change could go unseen. */
export function profilesStamp(env: Environment, clock: Pick<Clock, "now">): string | undefined {
  return stampOf(profileFileNames(env), clock.now());
}

// --- internal ---

// A file that is written twice within the resolution of its times may look as if it were written once. Linux keeps them
// by ticks of up to 10 ms; a time of whole seconds may be of a file system that counts no finer, FAT's by twos.
const TICKS_MS = 50;
const SECONDS_MS = 2000;

function stampOf(files: readonly string[], now: Date): string | undefined {
  const entries = files.map(entryOf);
  if (entries.some((entry) => entry !== undefined && isFresh(entry, now))) return undefined;
  return entries
    .map((entry) => entry && [entry.dev, entry.ino, entry.size, entry.mtimeMs, entry.ctimeMs].join(" "))
    .join("|");
}

// By the time of the last change, which nobody can set.
function isFresh({ ctimeMs }: Stats, now: Date): boolean {
  const resolutionMs = ctimeMs % 1000 === 0 ? SECONDS_MS : TICKS_MS;
  return ctimeMs > now.getTime() - resolutionMs;
}

// At once, as the configuration is read: on a busy machine the way to another thread and back takes longer than a switch.
function entryOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
