// Commands that must wait for AWS, and for root: what they add to that. AWS is the mock with a set delay.
import { planRedirect } from "../../src/redirect/linux.ts";
import { lineReader } from "../support/line-reader.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { type World, freePort, testWorld } from "../support/world.ts";
import type { Measured, Row } from "./row.ts";
import { COLD_ROLES, type Scene } from "./scene.ts";
import { median } from "./statistics.ts";
import { timeCommand } from "./timing.ts";

const DELAY_MS = 100;
const SERVE_RUNS = 7;
const NOBODY_ELSE = 0;

export function waitingRows(scene: Scene): Row[] {
  return [
    {
      name: "switch to a role that is not live, 1 link",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 20 },
      measure: () => switchTo(scene, "cold", 1),
    },
    {
      name: "switch to a role that is not live, 2 links",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 20 },
      measure: () => switchTo(scene, "far", 2),
    },
    {
      name: "serve to ready, endpoint mode",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 100 },
      async measure() {
        await using world = await testWorld();
        return added(await serveMs(world, ["--no-redirect"]), DELAY_MS);
      },
    },
    {
      name: "serve to ready, with the redirect",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms, root's step`,
      limit: { unit: "ms", atMost: 100 },
      measure: serveRedirected,
    },
  ];
}

async function switchTo({ world }: Scene, prefix: string, links: number): Promise<Measured> {
  await world.aws({ do: "delayMs", action: "AssumeRole", ms: DELAY_MS });
  const timesMs = Array.from({ length: COLD_ROLES }, (_, number) =>
    timeCommand([world.binary, "use", `${prefix}-${number}`], { env: world.env, cwd: world.folder }),
  );
  await world.aws({ do: "delayMs", action: "AssumeRole", ms: 0 });
  return added(median(timesMs), links * DELAY_MS);
}

async function serveRedirected(): Promise<Measured> {
  if (!canUseNetns(["nft"])) return { skipped: "run as root on Linux, install nft and iproute2" };
  await using ns = await netns();
  await using world = await testWorld({ ns });
  const rootMs: number[] = [];
  for (let run = 0; run < SERVE_RUNS; run++) rootMs.push(await guardMs(ns));
  return added(await serveMs(world, [], ["ip", "netns", "exec", ns.name]), DELAY_MS + median(rootMs));
}

/** From the start of `serve --background` to its return, which is when the daemon is ready. */
async function serveMs(world: World, words: readonly string[], enter: readonly string[] = []): Promise<number> {
  await world.aws({ do: "delayMs", action: "AssumeRole", ms: DELAY_MS });
  const argv = [
    ...enter,
    world.binary,
    "serve",
    "--background",
    "--role",
    "dev",
    "--port",
    String(freePort()),
    ...words,
  ];
  const timesMs: number[] = [];
  for (let run = 0; run < SERVE_RUNS; run++) {
    timesMs.push(timeCommand(argv, { env: world.env, cwd: world.folder }));
    const stopped = await world.metacred(["stop"]);
    if (stopped.exitCode !== 0) throw new Error(stopped.stderr);
  }
  return median(timesMs);
}

/** How long root's part takes to say that the redirect is up. Undone before it returns. */
async function guardMs(ns: Netns): Promise<number> {
  const ownerUid = process.getuid?.() ?? NOBODY_ELSE;
  const { argv } = planRedirect({
    method: "auto",
    targets: [{ address: "169.254.169.254", port: freePort() }],
    users: [ownerUid],
    ownerUid,
    isRoot: true,
    elevation: undefined,
  });
  const startedNs = Bun.nanoseconds();
  const guard = ns.spawn(argv);
  const said = await lineReader(guard.stdout)();
  const tookMs = (Bun.nanoseconds() - startedNs) / 1e6;
  if (said?.startsWith("UP ") !== true) throw new Error(`root's part said "${said}"`);
  await guard.stdin.end();
  await guard.exited;
  return tookMs;
}

function added(tookMs: number, waitedMs: number): Measured {
  return { value: tookMs - waitedMs, ours: `${tookMs.toFixed(1)} ms`, theirs: `${waitedMs.toFixed(1)} ms` };
}
