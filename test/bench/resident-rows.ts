// What the daemon costs while it stays: memory after many requests, a core's time while nobody asks.
import { cpuMs, hasProcessFacts, residentMiB } from "./process-facts.ts";
import { type Measured, type Row, shared } from "./row.ts";
import { openScene } from "./scene.ts";
import { BARE, NO_WRK, keptRequest } from "./server-rows.ts";
import { hasWrk, runWrk } from "./wrk.ts";

type Memory = { halfMiB: number; fullMiB: number; restMiB: number };

// What a load has left is collected within half a minute (BUN_GC_TIMER_INTERVAL in launch.ts), and is neither what a
// daemon needs nor what it does while nobody asks.
const REST_MS = 40_000;
const IDLE_MS = 10_000;
const NO_PROC: Measured = { skipped: "run on Linux" };

export function residentRows(requests: number): Row[] {
  const measureAll = shared(() => stay(requests));
  const row = (
    name: string,
    what: string,
    limit: Row["limit"],
    beside: string,
    pick: (all: Stay) => Measured,
  ): Row => ({
    name,
    what,
    beside,
    limit,
    measure: async () => (!hasProcessFacts() ? NO_PROC : hasWrk() ? pick(await measureAll()) : NO_WRK),
  });
  const asked = `after ${requests.toLocaleString("en")} requests`;
  return [
    row(
      `${asked} and ${REST_MS / 1000} s of rest`,
      "resident memory",
      { unit: "×", atMost: 1.6 },
      BARE,
      ({ ours, theirs }) => ratio(ours.restMiB, theirs.restMiB),
    ),
    row(asked, "resident memory", { unit: "×", atMost: 1.6 }, BARE, ({ ours, theirs }) =>
      ratio(ours.fullMiB, theirs.fullMiB),
    ),
    // A garbage collector breathes; a leak of a hundred bytes a request would be 10 MiB at the short run already.
    row(asked, "resident memory", { unit: "×", atMost: 1.1 }, "after half of them", ({ ours }) =>
      ratio(ours.fullMiB, ours.halfMiB),
    ),
    row("idle daemon", "processor time", { unit: "%", atMost: 0.1 }, "one core", ({ idleCpuMs }) => ({
      value: (idleCpuMs / IDLE_MS) * 100,
      ours: `${idleCpuMs.toFixed(2)} ms`,
      theirs: `${IDLE_MS / 1000} s`,
    })),
  ];
}

type Stay = { ours: Memory; theirs: Memory; idleCpuMs: number };

// Servers of its own, which have been asked nothing else before.
async function stay(requests: number): Promise<Stay> {
  await using scene = await openScene();
  const ours = await memoryOf(scene.daemonPid, await keptRequest(scene.metacred), requests);
  const theirs = await memoryOf(scene.barePid, await keptRequest(scene.bare), requests);
  await Bun.sleep(REST_MS);
  const atRest = { ours: residentMiB(scene.daemonPid), theirs: residentMiB(scene.barePid) };
  const before = cpuMs(scene.daemonPid);
  await Bun.sleep(IDLE_MS);
  return {
    ours: { ...ours, restMiB: atRest.ours },
    theirs: { ...theirs, restMiB: atRest.theirs },
    idleCpuMs: cpuMs(scene.daemonPid) - before,
  };
}

async function memoryOf(
  pid: number,
  load: Awaited<ReturnType<typeof keptRequest>>,
  requests: number,
): Promise<Omit<Memory, "restMiB">> {
  const sendHalf = async () => {
    for (let sent = 0; sent < requests / 2;) sent += (await runWrk({ ...load, seconds: 1 })).requests;
    return residentMiB(pid);
  };
  return { halfMiB: await sendHalf(), fullMiB: await sendHalf() };
}

function ratio(ours: number, theirs: number): Measured {
  return { value: ours / theirs, ours: `${ours.toFixed(1)} MiB`, theirs: `${theirs.toFixed(1)} MiB` };
}
