// The conformance matrix: real clients, each in its own language, against the compiled binary.
//   bun test/conformance/run.ts [CLIENT …]
// Prints the table. A run of all clients also writes RESULTS.json and the README's table. A red cell makes the exit
// code 1, and under CI=true a skipped one, too.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { canUseNetns } from "../support/netns.ts";
import { type Cell, cellsIn, CHECKS, failed, type Row } from "./cell.ts";
import { CLIENTS, type Client } from "./clients.ts";
import { absentRow, runMatrix } from "./matrix.ts";
import { libfaketime } from "./moved-clock.ts";
import { lackingTools, prepare, type Prepared } from "./prepare.ts";
import { renderTable, withTable } from "./report.ts";

const ROOT = resolve(import.meta.dir, "../..");

async function main(ids: readonly string[]): Promise<number> {
  const unknown = ids.filter((id) => !CLIENTS.some((client) => client.id === id));
  if (unknown.length > 0) throw new Error(`no client called ${unknown.join(", ")}; try: ${allIds()}`);
  const startedMs = performance.now();
  const seconds = () => `${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s`;
  const say = (line: string) => void process.stderr.write(`${seconds()}  ${line}\n`);
  if (libfaketime() === undefined) throw new Error("install libfaketime: it moves clients' clocks");

  const prepared: Prepared[] = [];
  const absent: Row[] = [];
  for (const client of CLIENTS.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
    say(`building ${client.name}`);
    const outcome = await build(client);
    if ("at" in outcome) prepared.push(outcome);
    else absent.push(absentRow(client, outcome));
  }
  const canRedirect = canUseNetns(["nft"]);
  const rows = inOrder([...(await runMatrix(prepared, canRedirect, say)), ...absent]);
  process.stdout.write(renderTable(rows));
  const [red, skipped] = [cellsIn(rows, "failed"), cellsIn(rows, "skipped")];
  for (const line of red) process.stdout.write(`failed: ${line}\n`);
  for (const line of skipped) process.stdout.write(`skipped: ${line}\n`);
  say("done");
  if (ids.length === 0 && canRedirect && skipped.length === 0) write(rows);
  return red.length > 0 || (skipped.length > 0 && process.env["CI"] === "true") ? 1 : 0;
}

// --- internal ---

async function build(client: Client): Promise<Prepared | Cell> {
  const lacking = lackingTools(client);
  if (lacking.length > 0) return { state: "skipped", why: `install ${lacking.join(", ")}` };
  return prepare(client).catch((error: unknown) => failed(`it could not be built: ${String(error)}`));
}

function write(rows: readonly Row[]): void {
  const checks = Object.fromEntries(CHECKS);
  writeFileSync(join(import.meta.dir, "RESULTS.json"), `${JSON.stringify({ checks, clients: rows }, undefined, 2)}\n`);
  const readme = join(ROOT, "README.md");
  writeFileSync(readme, withTable(readFileSync(readme, "utf8"), rows));
}

function inOrder(rows: readonly Row[]): Row[] {
  const order = CLIENTS.map(({ id }: Client) => id);
  const placeOf = ({ id }: Row) => (order.includes(id) ? order.indexOf(id) : order.length);
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function allIds(): string {
  return CLIENTS.map(({ id }) => id).join(" ");
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
