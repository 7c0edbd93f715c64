// Root's part alone, in a network namespace of the bench's own: what a start with the redirect has to wait for.
import { planRedirect } from "../../src/redirect/linux.ts";
import { lineReader } from "../support/line-reader.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { freePort } from "../support/world.ts";
import type { Measured } from "./row.ts";
import { median } from "./statistics.ts";

const RUNS = 7;
const NOBODY_ELSE = 0;

type Place = { ns: Netns; enter: readonly string[]; rootMs: number };

/** Measures in a new namespace; says what is missing where there can be none. */
export async function withNamespace(measure: (place: Place) => Promise<Measured>): Promise<Measured> {
  if (!canUseNetns(["nft"])) return { skipped: "run as root on Linux, install nft and iproute2" };
  await using ns = await netns();
  const rootMs: number[] = [];
  for (let run = 0; run < RUNS; run++) rootMs.push(await guardMs(ns));
  return await measure({ ns, enter: ["ip", "netns", "exec", ns.name], rootMs: median(rootMs) });
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
