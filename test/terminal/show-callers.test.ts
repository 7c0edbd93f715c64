import { expect, test } from "bun:test";
import type { CallerAnswer } from "../../src/daemon/protocol.ts";
import { callerLines, callersJson } from "../../src/terminal/show-callers.ts";

const AWS: CallerAnswer = {
  pid: 4711,
  program: "aws",
  exe: "/usr/bin/python3",
  uid: 1000,
  container: null,
  role: "dev",
  command: null,
  refused: null,
  requests: 3,
  first_seen: "2026-01-01T00:00:00.000Z",
  last_seen: "2026-01-01T00:00:02.500Z",
};

test("a line each: when, who, what it got", () => {
  const other = { ...AWS, pid: null, program: null, exe: null, uid: 1001, role: null, refused: "uid", requests: 1 };
  const unknown = { ...other, uid: null, refused: "a-reason-of-tomorrow" };
  const container = { ...unknown, container: "172.17.0.2", refused: null };
  expect(
    callerLines([AWS, other, unknown, { ...AWS, role: null, pid: 12 }, container, { ...AWS, command: "env" }]),
  ).toBe(
    `2026-01-01T00:00:02Z  aws (pid 4711, uid 1000)  dev                            3 requests
2026-01-01T00:00:02Z  unknown (uid 1001)        refused: another user's        1 request
2026-01-01T00:00:02Z  unknown (uid unknown)     refused: a-reason-of-tomorrow  1 request
2026-01-01T00:00:02Z  aws (pid 12, uid 1000)    no credentials                 3 requests
2026-01-01T00:00:02Z  container 172.17.0.2      no credentials                 1 request
2026-01-01T00:00:02Z  aws (pid 4711, uid 1000)  dev by env                     3 requests
`,
  );
});

test("a daemon of before `command` does not tell it", () => {
  const { command: _, ...before } = AWS;
  expect(callerLines([before])).toEndWith("  dev  3 requests\n");
});

test("a name that would steer the terminal is shown harmless", () => {
  expect(callerLines([{ ...AWS, program: "\u001B[2Jx\n" }])).toContain("?[2Jx? (pid 4711");
});

test("nor does JSON steer it, and it means the same", () => {
  const hostile = { ...AWS, program: "\u001B[2J\u009B2J\u007F\u202E\u{E0001}" };
  expect(callersJson(hostile)).toContain(String.raw`"\u001b[2J\u009b2J\u007f\u202e\udb40\udc01"`);
  expect(JSON.parse(callersJson([hostile]))).toEqual([hostile]);
});
