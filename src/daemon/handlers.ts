// What the daemon does for whoever speaks to it on the control socket.
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";
import { callersAnswer } from "./callers-answer.ts";
import type { ControlHandlers } from "./control.ts";
import type { Core } from "./core.ts";
import type { NetControl } from "./net-control.ts";
import type { Network } from "./network.ts";
import { startNotes } from "./notes.ts";
import { visitBy } from "./visit-by.ts";
import type { Status } from "./protocol.ts";
import type { Reload } from "./reload.ts";

// Under the time that an idle control connection may take.
const NEWS_WAIT_MS = 30_000;

export type HandlerParts = {
  core: Core;
  network: Network;
  read: Reload;
  net: NetControl;
  status(): Status;
  link: {
    log: Log;
    /** After each switch; undefined where nothing is served. `lasts`: neither for a time nor protected. */
    roleChanged?: ((name: string | undefined, lasts: boolean) => void) | undefined;
  };
  clock: Clock;
};

export function handlersOf(
  { core, network, read, net, status, link, clock }: HandlerParts,
  stop: () => Promise<void>,
): ControlHandlers {
  const { log, roleChanged } = link;
  return {
    async status() {
      await network.watch.check();
      return status();
    },
    stop,
    async use(role, { granted = false, forSeconds, mfaCode }, gone) {
      const { warnings } = await read();
      const forMs = forSeconds === undefined ? undefined : forSeconds * 1000;
      const told = core.view().credentials?.expiration;
      await core.active.use(role, { granted, forMs, mfaCode, gone });
      const lasts = core.active.lease() === undefined && !core.active.isProtected();
      roleChanged?.(core.active.spec()?.name, lasts);
      log.info("switched", { role: core.active.spec()?.name ?? "none" });
      const followMs = told === undefined ? undefined : told.getTime() - clock.now().getTime();
      return {
        status: status(),
        warnings: [...warnings, ...startNotes(core)],
        follow_seconds: followMs === undefined || followMs <= 0 ? null : Math.ceil(followMs / 1000),
      };
    },
    async credentials(role, granted, by) {
      const visit = visitBy(by);
      const { name, answer } = await core.credentials(role, granted, by.within);
      network.callers.asked(visit, name, undefined);
      return answer;
    },
    container: network.container,
    async callers(after) {
      await (after === undefined ? network.callers.settled() : network.callers.untilNews(after, NEWS_WAIT_MS));
      return callersAnswer(network.callers.since(after ?? 0));
    },
    async mfa(code) {
      await core.answerMfa(code);
      return status();
    },
    signedIn: core.signIns.began,
    signedOut: core.signIns.ended,
    net,
  };
}
