// How long a running client keeps the old role: a switch comes right after it got its credentials, which is the worst
// moment, and then its clock is moved on until it uses the new ones.
import { join } from "node:path";
import type { World } from "../support/world.ts";
import { askClient, REGION, TOLD_NOTHING } from "./ask-client.ts";
import { type Cell, failed, ok } from "./cell.ts";
import type { Scene } from "./checks.ts";
import { clockVariables, setClock } from "./moved-clock.ts";
import { ownImds, viewFor } from "./own-imds.ts";
import type { Prepared } from "./prepare.ts";
import { isSilent, startClient } from "./running-client.ts";

/** What the program tells clients at most, by default. */
const ADVERTISED_SECONDS = 16 * 60;
const STEP_SECONDS = 10;
// Some refresh in the background: at each step a client has this long to do so.
const SETTLE_MS = 40;

type Use = (role: string) => Promise<void>;

/** dev is served before, prod-readonly after. */
export async function followCell({ world, endpoint }: Scene, prepared: Prepared, use: Use): Promise<Cell> {
  const { clock } = prepared.client;
  if (clock === "none") return startedAnew(world, endpoint, prepared, use);
  if (clock === "wall" || clock === "all") return movedUntilNew(world, endpoint, prepared, use);
  return waitedUntilNew(prepared, clock.leadSeconds);
}

/** `8m 20s`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
}

// --- internal ---

// It keeps nothing from one run to the next.
async function startedAnew(world: World, endpoint: string, prepared: Prepared, use: Use): Promise<Cell> {
  const env = { ...TOLD_NOTHING, ...REGION, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
  await use("dev");
  const before = await askClient(world, prepared, "whoami", env);
  await use("prod-readonly");
  const after = await askClient(world, prepared, "whoami", env);
  if (!before.ok || !after.ok) return failed(`${before.detail}${after.detail}`);
  return before.value === after.value ? failed(`it still is ${after.value}`) : ok("at once");
}

// A JVM whose clock libfaketime moves stands still in about one run of twenty, and is started again then.
const TRIES = 3;

async function movedUntilNew(world: World, endpoint: string, prepared: Prepared, use: Use): Promise<Cell> {
  for (let tries = 1; tries < TRIES; tries++) {
    const cell = await movedOnce(world, endpoint, prepared, use);
    if (cell !== "silent") return cell;
  }
  const last = await movedOnce(world, endpoint, prepared, use);
  return last === "silent" ? failed(`it gave no answer in ${TRIES} runs`) : last;
}

async function movedOnce(world: World, endpoint: string, prepared: Prepared, use: Use): Promise<Cell | "silent"> {
  await use("dev");
  const clock = join(world.folder, `clock-${prepared.client.id}`);
  setClock(clock, 0);
  const env = {
    AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL_STS: world.stsUrl,
    ...clockVariables(clock, prepared.client.clock === "all"),
  };
  await using running = startClient(prepared, env);
  const first = await running.ask();
  if (!first.ok) return isSilent(first) ? "silent" : failed(first.detail);
  const firstMs = performance.now();
  await use("prod-readonly");
  // The client's clock goes on by itself, too.
  const afterSeconds = (moved: number) => moved + (performance.now() - firstMs) / 1000;
  for (let moved = 0; moved <= ADVERTISED_SECONDS; moved += STEP_SECONDS) {
    setClock(clock, moved);
    const settledMs = performance.now() + SETTLE_MS;
    do {
      const said = await running.ask();
      if (isSilent(said)) return "silent";
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
