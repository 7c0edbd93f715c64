import { expect, test } from "bun:test";
import { buildOptions } from "./programs.ts";
import { renderReport } from "./report.ts";
import { type Limit, type Measured, judge, shared } from "./row.ts";
import { median, shuffled } from "./statistics.ts";
import { parseWrk } from "./wrk.ts";

const measured = (value: number): Measured => ({ value, ours: "3 ms", theirs: "2 ms" });

test.each<[string, Limit, Measured, ReturnType<typeof judge>]>([
  ["1.5 of at most 1.5", { unit: "×", atMost: 1.5 }, measured(1.5), "pass"],
  ["1.51 of at most 1.5", { unit: "×", atMost: 1.5 }, measured(1.51), "FAIL"],
  ["0.8 of at least 0.8", { unit: "×", atLeast: 0.8 }, measured(0.8), "pass"],
  ["0.79 of at least 0.8", { unit: "×", atLeast: 0.8 }, measured(0.79), "FAIL"],
  ["no number at all", { unit: "×", atMost: 1.5 }, measured(Number.NaN), "FAIL"],
  ["not measured", { unit: "×", atMost: 1.5 }, { skipped: "install wrk" }, "skipped"],
])("judge: %s", (_title, limit, result, verdict) => {
  expect(judge(limit, result)).toBe(verdict);
});

test.each<[readonly number[], number]>([
  [[7], 7],
  [[9, 1, 5], 5],
  [[10, 9, 1, 2], 5.5],
])("median of %p", (values, middle) => {
  expect(median(values)).toBe(middle);
});

test.each<[number, readonly string[]]>([
  [0, ["c", "b", "a"]],
  [0.999, ["a", "b", "c"]],
])("shuffled by chance %p", (chance, order) => {
  expect(shuffled(["a", "b", "c"], () => chance)).toEqual([...order]);
});

test("shared: rows of one measurement make it once", async () => {
  let times = 0;
  const measure = shared(async () => ++times);
  expect(await Promise.all([measure(), measure()])).toEqual([1, 1]);
});

const WRK = `Running 1s test @ http://127.0.0.1:1/
  Latency Distribution
     50%  101.00us
     99%    1.25ms
  111150 requests in 2.10s, 12.72MB read
Requests/sec:  52925.52
`;

test.each<[string, string, number]>([
  ["us", WRK.replace("1.25ms", "640.00us"), 0.64],
  ["ms", WRK, 1.25],
  ["s", WRK.replace("1.25ms", "1.50s"), 1500],
])("parseWrk: latency in %s", (_unit, text, p99Ms) => {
  const load = parseWrk(text);
  expect(load).toEqual({ requests: 111_150, requestsPerSecond: 52_925.52, p99Ms: expect.closeTo(p99Ms) });
});

test.each([
  `${WRK}  Socket errors: connect 0, read 5, write 0, timeout 0\n`,
  `${WRK}  Non-2xx or 3xx responses: 3\n`,
  "unable to connect",
])("parseWrk refuses %p", (text) => {
  expect(() => parseWrk(text)).toThrow("wrk");
});

test("buildOptions: those of the build line, without the program's own", () => {
  const script = `"$bun" build src/main.ts src/engine.ts --compile --minify \\\n    --no-x \\\n    --define V="1" "$@"`;
  expect(buildOptions(script)).toEqual(["--compile", "--minify", "--no-x"]);
  expect(() => buildOptions("bun build")).toThrow("build.sh");
});

test("renderReport: a row passed, a row missed, a row skipped", () => {
  const line = { name: "status", what: "wall", beside: "empty program" };
  const report = renderReport(
    [
      { ...line, limit: { unit: "×", atMost: 1.5 }, measured: measured(1.234) },
      { ...line, limit: { unit: "ms", atMost: 20 }, measured: measured(21) },
      { ...line, limit: { unit: "×", atLeast: 1 }, measured: { skipped: "install wrk" } },
    ],
    { cpu: "Some CPU", cores: 2, system: "Linux 6.1", bun: "1.2.3", load: 0.25 },
    200_000,
  );
  const rows = report.split("\n").filter((text) => text.startsWith("| status"));
  expect(rows.map((row) => row.split("|").map((cell) => cell.trim()))).toEqual([
    ["", "status", "wall", "3 ms", "empty program", "2 ms", "1.23 ×", "≤ 1.5 ×", "pass", ""],
    ["", "status", "wall", "3 ms", "empty program", "2 ms", "21.0 ms", "≤ 20 ms", "FAIL", ""],
    ["", "status", "wall", "", "empty program", "", "", "≥ 1 ×", "skipped: install wrk", ""],
  ]);
  expect(report).toContain("Some CPU, 2 cores, Linux 6.1, Bun 1.2.3, load average 0.3 before the run");
});
