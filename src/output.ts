// Words for people go to stderr, data to stdout. The only file that knows consola.
import { createConsola } from "consola/core";
import { oneLine } from "./one-line.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type Log = Record<LogLevel, (message: string, fields?: LogFields) => void>;

type LogOptions = {
  level: LogLevel;
  format: "text" | "json";
  now(): Date;
  write(line: string, level: LogLevel): void;
};

const CONSOLA_LEVEL = { error: 0, warn: 1, info: 3, debug: 4 } as const;

/** A logger of sentences with fields behind them, one line each. */
export function createLog({ level, format, now, write }: LogOptions): Log {
  const consola = createConsola({
    level: CONSOLA_LEVEL[level],
    reporters: [
      {
        log({ type, args }) {
          const [message, fields] = args as [string, LogFields?];
          const line = format === "json" ? jsonLine : textLine;
          write(line(now(), type, message, fields), type as LogLevel);
        },
      },
    ],
    // Repeated lines are news here: each refusal and each failed refresh counts.
    throttle: 0,
  });
  const at = (name: LogLevel) => (message: string, fields?: LogFields) => consola[name](message, fields);
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

function textLine(now: Date, type: string, message: string, fields: LogFields | undefined): string {
  const tail = Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${oneLine(String(value))}`);
  return `${now.toISOString()} ${type} ${oneLine(message)}${tail.join("")}`;
}

function jsonLine(now: Date, type: string, message: string, fields: LogFields | undefined): string {
  return JSON.stringify({ time: now.toISOString(), level: type, message, ...fields });
}
