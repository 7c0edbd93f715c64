// Builds the clients, each in a folder of its own below node_modules/.cache, which a second run finds ready.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CLIENTS, type Client } from "./clients.ts";

export type Prepared = { client: Client; at: string; argv: readonly string[] };

const ROOT = resolve(import.meta.dir, "../..");
const CACHE = join(ROOT, "node_modules", ".cache", "metacred", "conformance");
const STAMP = ".built-from";

/** What this machine lacks to build and run it; empty where nothing. */
export function lackingTools({ tools }: Pick<Client, "tools">): readonly string[] {
  return tools.filter((tool) => (tool.startsWith("/") ? !existsSync(tool) : Bun.which(tool) === null));
}

/** As it was built before, or `undefined` where that is not so or its sources have changed. */
export function preparedBefore(client: Client): Prepared | undefined {
  const at = join(CACHE, client.id);
  const stamp = join(at, STAMP);
  const isSame = existsSync(stamp) && readFileSync(stamp, "utf8") === sourceHash(client);
  return isSame && lackingTools(client).length === 0 ? { client, at, argv: absolute(client.argv(at)) } : undefined;
}

/** Throws what its build said where it fails. */
export async function prepare(client: Client): Promise<Prepared> {
  const before = preparedBefore(client);
  if (before !== undefined) return before;
  const at = join(CACHE, client.id);
  mkdirSync(at, { recursive: true });
  cpSync(join(import.meta.dir, client.folder), at, { recursive: true });
  for (const step of client.build) await runStep(step, at);
  writeFileSync(join(at, STAMP), sourceHash(client));
  return { client, at, argv: absolute(client.argv(at)) };
}

/** By id; fails the test that names one that does not exist. */
export function clientOf(id: string): Client {
  const client = CLIENTS.find((one) => one.id === id);
  if (client === undefined) throw new Error(`no client called ${id}`);
  return client;
}

// --- internal ---

async function runStep(step: readonly string[], cwd: string): Promise<void> {
  const child = Bun.spawn([...step], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${step.join(" ")}: ${stdout}${stderr}`);
}

// Tests run programs with a PATH of their own.
function absolute([program = "", ...words]: readonly string[]): readonly string[] {
  return [Bun.which(program) ?? program, ...words];
}

function sourceHash(client: Client): string {
  const folder = join(import.meta.dir, client.folder);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(client.build));
  for (const name of names) {
    const path = join(folder, name);
    if (statSync(path).isFile()) hash.update(`\n${name}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}
