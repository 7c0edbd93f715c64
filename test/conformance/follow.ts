// How long a running client keeps the old role: a switch comes right after it got its credentials, which is the worst
// moment, and then its clock is moved on until it uses the new ones.
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineReader } from "../support/line-reader.ts";
import { PATH, type World } from "../support/world.ts";
import { type Said, readSaid, REGION, TOLD_NOTHING } from "./ask-client.ts";
import { type Cell, failed, ok } from "./cell.ts";
import { ownImds, viewFor } from "./own-imds.ts";
import type { Scene } from "./checks.ts";
import type { Prepared } from "./prepare.ts";

/** What the program tells clients at most, by default. */
const ADVERTISED_SECONDS = 16 * 60;
const STEP_SECONDS = 10;
// Some refresh in the background: at each step a client has this long to do so.
const SETTLE_MS = 40;
const ANSWER_LIMIT_MS = 10_000;

export type Running = AsyncDisposable & { ask(): Promise<Said> };

/** dev is served before, prod-readonly after. */
export async function followCell(
  { world, endpoint }: Scene,
  prepared: Prepared,
  use: (role: string) => Promise<void>,
): Promise<Cell> {
  const { clock } = prepared.client;
  if (clock === "none") return ok("at once");
  if (clock === "wall" || clock === "all") return movedUntilNew(world, endpoint, prepared, use);
  return waitedUntilNew(prepared, clock.leadSeconds);
}

/** `env` wins over what every client is told. */
export function startClient({ argv }: Prepared, env: Record<string, string>): Running {
  const child = Bun.spawn([...argv, "follow"], {
    env: { PATH, ...TOLD_NOTHING, ...REGION, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const line = lineReader(child.stdout);
  return {
    async ask() {
      void child.stdin.write("\n");
      await child.stdin.flush();
      const late = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const tooLate = new Promise<undefined>((resolve) => late.addEventListener("abort", () => resolve(undefined)));
      return readSaid((await Promise.race([line(), tooLate])) ?? "");
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** `8m 20s`. */
export function duration(seconds: number): string {
  return `${Math.floor(seconds / 60)}m ${String(Math.round(seconds % 60)).padStart(2, "0")}s`;
}

// --- internal ---

async function movedUntilNew(
  world: World,
  endpoint: string,
  prepared: Prepared,
  use: (role: string) => Promise<void>,
): Promise<Cell> {
  await use("dev");
  const clock = join(world.folder, `clock-${prepared.client.id}`);
  setClock(clock, 0);
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL_STS: world.stsUrl,
    ...clockVariables(prepared, clock),
  };
  await using running = startClient(prepared, env);
  const first = await running.ask();
  if (!first.ok) return failed(first.detail);
  const firstMs = performance.now();
  await use("prod-readonly");
  // The client's clock goes on by itself, too.
  const afterSeconds = (moved: number) => moved + (performance.now() - firstMs) / 1000;
  for (let moved = 0; moved <= ADVERTISED_SECONDS; moved += STEP_SECONDS) {
    setClock(clock, moved);
    const settledMs = performance.now() + SETTLE_MS;
    do {
      const said = await running.ask();
      if (!said.ok) return failed(`${duration(afterSeconds(moved))} after the switch: ${said.detail}`);
      if (said.value !== first.value) return ok(duration(afterSeconds(moved)));
    } while (performance.now() < settledMs);
  }
  return failed(`it still uses the old role ${duration(afterSeconds(ADVERTISED_SECONDS))} after the switch`);
}

const SHORT_SECONDS = 4;

// Waits in real time for credentials that end soon, and works out when that is for those of the program.
async function waitedUntilNew(prepared: Prepared, leadSeconds: number): Promise<Cell> {
  const view = viewFor("first", leadSeconds + SHORT_SECONDS);
  await using imds = ownImds({ view });
  await using running = startClient(prepared, { AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint });
  const first = await running.ask();
  if (!first.ok) return failed(first.detail);
  imds.show(viewFor("second", 3600));
  const toldMs = Math.floor(view.credentials.expiration.getTime() / 1000) * 1000;
  for (let times = 1; ; times++) {
    const said = await running.ask();
    const afterSeconds = (Date.now() - toldMs) / 1000;
    if (!said.ok) return failed(said.detail);
    if (said.value !== first.value) {
      if (times === 1) return failed("it does not keep them at all, which says nothing about when it wants others");
      return ok(`${duration(ADVERTISED_SECONDS + afterSeconds)} (computed)`);
    }
    if (afterSeconds > SHORT_SECONDS) return failed(`it still uses credentials that ended ${SHORT_SECONDS} s before`);
  }
}

// Renamed into place: a client that reads a file half written would be thrown back to the start.
function setClock(file: string, seconds: number): void {
  writeFileSync(`${file}.new`, `+${seconds}\n`);
  renameSync(`${file}.new`, file);
}

function clockVariables({ client }: Prepared, file: string): Record<string, string> {
  return {
    LD_PRELOAD: libfaketime() ?? "",
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    ...(client.clock === "wall" && { FAKETIME_DONT_FAKE_MONOTONIC: "1" }),
  };
}

/** The library's folder is named for the machine's architecture. */
export function libfaketime(): string | undefined {
  const folder = readdirSync("/usr/lib").find((name) => name.endsWith("-linux-gnu"));
  return folder === undefined ? undefined : `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`;
}
