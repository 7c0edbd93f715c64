import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Row, cellsIn, failed, ok } from "./cell.ts";
import { CLIENTS } from "./clients.ts";
import { SEQUENCES } from "./replay/sequences.ts";
import { renderTable, withTable } from "./report.ts";

const README = readFileSync(resolve(import.meta.dir, "../../README.md"), "utf8");
const RESULTS = JSON.parse(readFileSync(join(import.meta.dir, "RESULTS.json"), "utf8")) as { clients: Row[] };

test("the README's table is the last matrix, which is whole and green", () => {
  expect(withTable(README, RESULTS.clients)).toBe(README);
  expect(RESULTS.clients.map(({ id }) => id)).toEqual([...CLIENTS, ...SEQUENCES].map(({ id }) => id));
  expect([...cellsIn(RESULTS.clients, "failed"), ...cellsIn(RESULTS.clients, "skipped")]).toEqual([]);
});

test("a table, and what is red in it", () => {
  const rows: Row[] = [
    { id: "a", name: "A", version: "1.0", how: "run", cells: { credentials: ok(), follow: ok("8m 20s") } },
    { id: "b", name: "B", version: "replayed", how: "replayed", cells: { credentials: failed("no answer") } },
  ];
  expect(renderTable(rows).split("\n").slice(2)).toEqual([
    "| A      | 1.0      | ok          |                 |        |          |           |     |     |         |            | 8m 20s        |",
    "| B      | replayed | FAILED      |                 |        |          |           |     |     |         |            |               |",
    "",
  ]);
  expect(cellsIn(rows, "failed")).toEqual(["B, credentials: no answer"]);
});

test("a README without the place for it is an error", () => {
  expect(() => withTable("# x", [])).toThrow("README.md has no");
});
