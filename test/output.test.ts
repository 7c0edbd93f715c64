import { describe, expect, test } from "bun:test";
import { type LogLevel, createLog } from "../src/output.ts";

function logTo(lines: string[], level: LogLevel = "info", format: "text" | "json" = "text") {
  return createLog({ level, format, now: () => new Date("2026-01-01T00:00:00Z"), write: (line) => lines.push(line) });
}

test("a sentence with fields behind it", () => {
  const lines: string[] = [];
  logTo(lines).info("got credentials", { role: "dev", tries: 2, warm: false, until: undefined });
  expect(lines).toEqual(["2026-01-01T00:00:00.000Z info got credentials role=dev tries=2 warm=false"]);
});

test("JSON", () => {
  const lines: string[] = [];
  logTo(lines, "info", "json").warn("refused", { uid: 1, role: undefined });
  expect(lines).toEqual(['{"time":"2026-01-01T00:00:00.000Z","level":"warn","message":"refused","uid":1}']);
});

test.each<[LogLevel, string[]]>([
  ["error", ["error"]],
  ["warn", ["error", "warn"]],
  ["info", ["error", "warn", "info"]],
  ["debug", ["error", "warn", "info", "debug"]],
])("level %s shows %j", (level, shown) => {
  const lines: string[] = [];
  const log = logTo(lines, level);
  for (const name of ["error", "warn", "info", "debug"] as const) log[name](`at ${name}`);
  expect(lines.map((line) => line.split(" at ")[1])).toEqual(shown);
});

test("a line that comes again and again is written again and again", () => {
  const lines: string[] = [];
  const log = logTo(lines);
  for (let time = 0; time < 100; time++) log.warn("refused", { uid: 1 });
  expect(lines.length).toBe(100);
});

// What AWS or a process says goes into the log: it must not forge a second line or drive the terminal.
describe("stays one line", () => {
  test.each(["a\nb", "a\r\nb", "a\u001b[2Jb", "a\u0000b", "a\u009bb"])("%j", (text) => {
    const lines: string[] = [];
    const log = logTo(lines);
    log.info(text, { said: text });
    expect(lines[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(lines.length).toBe(1);
  });

  test("in JSON, too", () => {
    const lines: string[] = [];
    logTo(lines, "info", "json").info("a\nb");
    expect(lines[0]).not.toContain("\n");
  });
});
