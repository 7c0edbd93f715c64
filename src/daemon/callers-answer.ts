// What the daemon remembers of its callers, as the control socket carries it.
import type { CallerBook } from "./caller-book.ts";
import type { CallersAnswer } from "./protocol.ts";

export function callersAnswer({ sequence, callers }: ReturnType<CallerBook["since"]>): CallersAnswer {
  return {
    sequence,
    callers: callers.map(({ process, uid, container, role, command, refusal, requests, firstSeen, lastSeen }) => ({
      pid: process?.pid ?? null,
      program: process?.program ?? null,
      exe: process?.exe ?? null,
      uid: uid ?? null,
      container: container ?? null,
      role: role ?? null,
      command: command ?? null,
      refused: refusal ?? null,
      requests,
      first_seen: firstSeen.toISOString(),
      last_seen: lastSeen.toISOString(),
    })),
  };
}
