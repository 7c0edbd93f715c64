// Where the daemon's log goes: `[log] to`, else its file in the background and stderr in the foreground.
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { type Log, type LogLevel, createLog } from "../output.ts";
import type { Paths } from "../paths.ts";
import { openSyslog } from "../sys/syslog.ts";
import { openLogFile } from "./log-file.ts";

type Write = (line: string, level: LogLevel) => void;

/** `stderr`: undefined for a daemon in the background, which has none but its log file. */
export function openLog(
  { paths, clock }: Pick<Context, "paths" | "clock">,
  { level, format, to }: Config["log"],
  stderr: ((line: string) => void) | undefined,
): Log {
  const file = (): Write => openLogFile(paths.logFile);
  const write = to === "syslog" ? syslog(format) : to === "file" ? file() : (stderr ?? file());
  return createLog({ level, format, now: () => clock.now(), write });
}

/** What the config says now. A broken one is no reason to hide the log that may say why. */
export function logTarget(paths: Paths, uid: number): Config["log"]["to"] | undefined {
  try {
    return loadConfig(paths, uid).log.to;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

function syslog(format: Config["log"]["format"]): Write {
  const write = openSyslog("metacred");
  if (write === undefined) {
    throw new CliError('log.to is "syslog", which this system does not have', {
      hint: 'write to = "file" in [log] of the config',
      exit: EXIT.usage,
    });
  }
  // The system's log has time and level of its own.
  return (line, level) => write(format === "text" ? line.replace(/^\S+ \S+ /, "") : line, level);
}
