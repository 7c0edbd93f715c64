// What the daemon costs while it stays: memory after many requests, a core's time while nobody asks.
import { cpuMs, hasProcessFacts, residentMiB } from "./process-facts.ts";
import { type Measured, type Row, shared } from "./row.ts";
import type { Scene } from "./scene.ts";
import { BARE, NO_WRK, keptRequest } from "./server-rows.ts";
import { hasWrk, runWrk } from "./wrk.ts";

type Memory = { halfMiB: number; fullMiB: number };

const IDLE_MS = 10_000;
const NO_PROC: Measured = { skipped: "run on Linux" };

export function residentRows(scene: Scene, requests: number): Row[] {
  const measureBoth = shared(async () => ({
    ours: await memoryOf(scene.daemonPid, await keptRequest(scene.metacred), requests),
    theirs: await memoryOf(scene.barePid, await keptRequest(scene.bare), requests),
  }));
  const memoryRow = (what: string, beside: string, atMost: number, measure: () => Promise<Measured>): Row => ({
    name: `after ${requests.toLocaleString("en")} requests`,
    what,
    beside,
    limit: { unit: "×", atMost },
    measure: async () => (!hasProcessFacts() ? NO_PROC : hasWrk() ? measure() : NO_WRK),
  });
  return [
    memoryRow("resident memory", BARE, 1.6, async () => {
      const { ours, theirs } = await measureBoth();
      return ratio(ours.fullMiB, theirs.fullMiB);
    }),
    // A garbage collector breathes; a leak of a hundred bytes a request would be 10 MiB at the short run already.
    memoryRow("resident memory", "after half of them", 1.1, async () => {
      const { ours } = await measureBoth();
      return ratio(ours.fullMiB, ours.halfMiB);
    }),
    {
      name: "idle daemon",
      what: "processor time",
      beside: "one core",
      limit: { unit: "%", atMost: 0.1 },
      async measure() {
        if (!hasProcessFacts()) return NO_PROC;
        const before = cpuMs(scene.daemonPid);
        await Bun.sleep(IDLE_MS);
        const spentMs = cpuMs(scene.daemonPid) - before;
        return { value: (spentMs / IDLE_MS) * 100, ours: `${spentMs.toFixed(2)} ms`, theirs: `${IDLE_MS / 1000} s` };
      },
    },
  ];
}

async function memoryOf(pid: number, load: Awaited<ReturnType<typeof keptRequest>>, requests: number): Promise<Memory> {
  const sendHalf = async () => {
    for (let sent = 0; sent < requests / 2;) sent += (await runWrk({ ...load, seconds: 1 })).requests;
    return residentMiB(pid);
  };
  return { halfMiB: await sendHalf(), fullMiB: await sendHalf() };
}

function ratio(ours: number, theirs: number): Measured {
  return { value: ours / theirs, ours: `${ours.toFixed(1)} MiB`, theirs: `${theirs.toFixed(1)} MiB` };
}
