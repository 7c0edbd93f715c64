// `who`: a line for each process that asked. Data, so it goes to stdout.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import type { CallerAnswer } from "../daemon/protocol.ts";
import { EXIT } from "../errors.ts";
import { print, tell } from "../print.ts";
import { seconds } from "../quick/instant.ts";
import { untilReaderGone } from "../sys/reader-gone.ts";
import { harmlessText } from "./render.ts";

type Options = { follow: boolean; json: boolean };

export async function showCallers({ paths }: Pick<Context, "paths">, { follow, json }: Options): Promise<number> {
  const control = controlClient(paths.socketFile);
  let { sequence, callers } = await control.callers();
  if (!follow) {
    if (callers.length === 0 && !json) await tell("nobody has asked so far\n");
    await print(json ? `${callersJson(callers)}\n` : callerLines(callers));
    return EXIT.ok;
  }
  const lines = json
    ? (some: readonly CallerAnswer[]) => some.map((one) => `${callersJson(one)}\n`).join("")
    : callerLines;
  const gone = untilReaderGone();
  for (;;) {
    if (callers.length > 0 && !(await print(lines(callers)))) return EXIT.ok;
    const news = await Promise.race([control.callers(sequence), gone]);
    if (news === undefined) return EXIT.ok;
    ({ sequence, callers } = news);
  }
}

/** JSON leaves DEL and the control characters of ISO 6429 as they are, which some terminals obey. */
export function callersJson(callers: CallerAnswer | readonly CallerAnswer[]): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(callers).replaceAll(/[\p{Cc}\p{Cf}]/gu, (sign) => sign.split("").map(escaped).join(""));
}

/** The latest last, as in a log. */
export function callerLines(callers: readonly CallerAnswer[]): string {
  const rows = callers.map((caller) => [
    seconds(caller.last_seen),
    whoIs(caller),
    outcomeOf(caller),
    `${caller.requests} request${caller.requests === 1 ? "" : "s"}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => Bun.stringWidth(row[column] ?? ""))));
  const pad = (text: string, column: number) =>
    text + " ".repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(text)));
  return rows.map((row) => `${row.map(pad).join("  ").trimEnd()}\n`).join("");
}

// --- internal ---

const REASONS: Readonly<Record<string, string>> = {
  peer: "comes from another machine",
  uid: "another user's",
  container: "a container, and none are served",
  host: "asks for another host",
  forwarded: "comes through a proxy",
  browser: "a browser",
  loop: "metacred itself",
};

// A process names itself: nothing in the name may steer the terminal.
function whoIs({ program, pid, uid, container }: CallerAnswer): string {
  if (container !== null) return `container ${container}`;
  const about = [...(pid === null ? [] : [`pid ${pid}`]), `uid ${uid ?? "unknown"}`];
  return `${harmlessText(program ?? "unknown")} (${about.join(", ")})`;
}

function outcomeOf({ role, command, refused }: CallerAnswer): string {
  if (refused !== null) return `refused: ${REASONS[refused] ?? refused}`;
  return role === null ? "no credentials" : command ? `${role} by ${command}` : role;
}
