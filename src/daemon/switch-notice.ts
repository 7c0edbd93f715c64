// What is said when a switch for a time ends: to the log always, on the desktop where a protected role is about to end.
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import type { Log } from "../output.ts";
import { showNotice } from "../sys/desktop-notice.ts";
import type { LeaseEvent } from "./lease-watch.ts";
import { shellWord } from "../shell-text.ts";

type Person = Pick<Context, "env" | "platform">;

export function tellSwitch(event: LeaseEvent, log: Log, { env, platform }: Person, config: Config): void {
  const { role, until, backTo } = event.lease;
  if (event.kind === "ended") return log.info("went back", { role: event.now, from: role });
  log.info("a protected role is about to end", { role, until: until.toISOString() });
  if (config.notify.desktop) showNotice(endingWords(role, backTo), env, platform);
}

export function endingWords(role: string, backTo: string): string {
  const then = backTo === "none" ? "then no role is served" : `then it is ${backTo} again`;
  return `${role} ends in 2 minutes, ${then}. To keep it, type: metacred use ${shellWord(role)}`;
}
