// What `systemctl status` shows of the daemon: sd_notify(3)'s STATUS, kept true while the daemon runs.
import type { Clock } from "../sys/clock.ts";
import type { Status } from "./protocol.ts";

export type ServiceStatus = {
  /** Says at once what has changed. */
  look(): void;
  stop(): void;
};

type Deps = {
  clock: Pick<Clock, "after">;
  notify(...lines: string[]): void;
  status(): Status;
  /** What was said already. */
  said: string;
};

// A switch for a time ends, a sign-in runs out, AWS comes back: each by itself, and none is in a hurry to be read.
const EVERY_MS = 5000;

export function keepServiceStatus({ clock, notify, status, said }: Deps): ServiceStatus {
  let last = said;
  let cancel = () => {};
  const look = () => {
    const words = serviceWords(status());
    if (words !== last) notify(`STATUS=${words}`);
    last = words;
  };
  const tick = () => {
    look();
    cancel = clock.after(EVERY_MS, tick);
  };
  cancel = clock.after(EVERY_MS, tick);
  return { look, stop: () => cancel() };
}

/** One line. */
export function serviceWords({
  state,
  role,
  last_error: error,
}: Pick<Status, "state" | "role" | "last_error">): string {
  if (role === null) return "serving no role";
  if (state === "serving") return `serving ${role.name}`;
  if (error === null) return `${role.name}: no credentials yet`;
  return `${role.name}: ${error.message}${error.hint === null ? "" : ` (${error.hint})`}`.replaceAll(/\s+/g, " ");
}
