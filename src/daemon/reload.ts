// Reads the configuration again, and has everything take it up that can while it runs.
import { changedForStart } from "../config/read-at-start.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../output.ts";
import type { ActiveRole } from "./active-role.ts";
import type { ContainerRole } from "./container-role.ts";
import type { Core } from "./core.ts";
import type { Network } from "./network.ts";

/** The warnings say what stays as it was, and why. */
export type Reload = () => Promise<{ isRead: boolean; warnings: readonly string[] }>;

type Parts = {
  core: { catalog: Pick<Core["catalog"], "config" | "reload"> };
  network: Pick<Network, "reload">;
  containers: Pick<ContainerRole, "renew"> | undefined;
};

export function createReload({ core: { catalog }, network, containers }: Parts): Reload {
  const atStart = catalog.config();
  return async () => {
    const before = catalog.config();
    const broken = catalog.reload();
    // Said by the reload that reads the change, and not at each switch from then on.
    const isNew = new Set(changedForStart(before, catalog.config()));
    const waiting = isNew.size === 0 ? [] : changedForStart(atStart, catalog.config()).filter((key) => isNew.has(key));
    const warnings = [broken, waitingWords(waiting), network.reload(), await containers?.renew()];
    return { isRead: broken === undefined, warnings: warnings.filter((warning) => warning !== undefined) };
  };
}

/** On SIGHUP, with nobody there to be told: what a file now says wrong must not end the daemon. */
export async function readOnSignal(read: Reload, active: Pick<ActiveRole, "renew">, log: Log): Promise<void> {
  try {
    const { isRead, warnings } = await read();
    for (const warning of warnings) log.warn(warning);
    if (!isRead) return;
    await active.renew();
    log.info("read the configuration again");
  } catch (error) {
    log.warn("kept the role as it was", { error: messageOf(error) });
  }
}

// --- internal ---

function waitingWords(keys: readonly string[]): string | undefined {
  return keys.length === 0 ? undefined : `taken up by the next serve, not now: ${keys.join(", ")}`;
}
