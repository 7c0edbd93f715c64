// `net up` and `net down` in the daemon: the redirect of a daemon that runs already.
import { join } from "node:path";
import { CliError, EXIT } from "../errors.ts";
import type { Context } from "../context.ts";
import type { RedirectTool } from "../redirect/plan.ts";
import { guardOnPipe } from "./guard.ts";
import type { Network } from "./network.ts";
import type { NetPlanAnswer } from "./protocol.ts";
import { type OfferedPipe, offerPipe } from "./root-pipe.ts";

export type NetControl = {
  plan(offer: boolean): Promise<NetPlanAnswer>;
  up(method: RedirectTool): Promise<void>;
  down(): Promise<boolean>;
};

/** In the runtime folder: the pipe's name while `net up` is under way. */
export const ROOT_PIPE = "root-part.fifo";

type Machine = Pick<Context, "clock" | "platform">;

// A password may be typed meanwhile.
const OFFER_LIMIT_MS = 300_000;

export function createNetControl(network: Network, runtimeDir: string, { clock, platform }: Machine): NetControl {
  const { redirect, watch } = network;
  let offered: { pipe: OfferedPipe; cancel(): void } | undefined;
  const withdraw = () => {
    offered?.cancel();
    offered?.pipe.drop();
    offered = undefined;
  };
  return {
    async plan(offer) {
      if (!offer) return { state: "planned", plan: network.plan() };
      if (redirect.rootPart() === "running" && (await watch.check())) return { state: "up" };
      await redirect.down();
      const installed = await network.startInstalled();
      if (installed !== undefined) {
        redirect.adopt(installed);
        await proven(network);
        return { state: "up" };
      }
      withdraw();
      const plan = network.plan();
      offered = {
        pipe: offerPipe(join(runtimeDir, ROOT_PIPE), platform),
        cancel: clock.after(OFFER_LIMIT_MS, () => withdraw()),
      };
      return { state: "offered", plan };
    },
    async up(method) {
      if (offered === undefined) throw new CliError("nothing was prepared for it", { hint: "metacred net up" });
      offered.cancel();
      redirect.adopt(guardOnPipe(offered.pipe.taken(), method, clock));
      offered = undefined;
      await proven(network);
    },
    async down() {
      withdraw();
      const undone = await redirect.down();
      await watch.check();
      return undone;
    },
  };
}

async function proven({ redirect, watch }: Network): Promise<void> {
  if (await watch.check()) return;
  await redirect.down();
  throw new CliError("a request to 169.254.169.254 does not reach metacred: other rules of this machine get it first", {
    hint: "metacred doctor",
    exit: EXIT.failure,
  });
}
