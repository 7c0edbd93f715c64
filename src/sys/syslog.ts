// The system's own log, by the C library: syslog on a server, the journal where systemd listens there, the unified log
// of macOS. Bun has no datagram Unix sockets of its own.
import { openCLibrary } from "./c-library.ts";

export type Severity = "error" | "warn" | "info" | "debug";

// <syslog.h>
const PRIORITIES: Readonly<Record<Severity, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
const LOG_PID = 0x01;
const LOG_USER = 1 << 3;

const SIGNATURES = {
  openlog: { args: ["ptr", "i32", "i32"], returns: "void" },
  // Variadic in C; with a format that has nothing to fill in it is not.
  syslog: { args: ["i32", "ptr"], returns: "void" },
} as const;

/** A function that logs one line under `name`; undefined where the system has no such log. */
export function openSyslog(name: string): ((line: string, severity: Severity) => void) | undefined {
  const symbols = openCLibrary(SIGNATURES);
  if (symbols === undefined) return undefined;
  // The library keeps the address and not the text.
  const ident = cString(name);
  symbols.openlog(ident, LOG_PID, LOG_USER);
  return (line, severity) => {
    if (ident.length > 0) symbols.syslog(LOG_USER | PRIORITIES[severity], cString(line.replaceAll("%", "%%")));
  };
}

function cString(text: string): Buffer {
  return Buffer.from(`${text.replaceAll("\0", " ")}\0`);
}
