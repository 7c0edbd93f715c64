// What a system has for the redirect, by its name: the one place where Linux and macOS part.

import { CliError, EXIT } from "../errors.ts";
import * as darwin from "./darwin.ts";
import { planInstall, planUninstall, type Installation, type InstallPlan, type ServiceManager } from "./install.ts";
import { systemd, rootSocketOf as systemdSocketOf } from "./installed.ts";
import { launchd, rootSocketOf as launchdSocketOf } from "./installed-darwin.ts";
import * as linux from "./linux.ts";
import type { CleanupPlan, RedirectInput, RedirectPlan, Root } from "./plan.ts";

export type RedirectSystem = {
  /** Throws where root is needed and there is no way to become root. */
  plan(input: RedirectInput): RedirectPlan;
  cleanup(input: Pick<RedirectInput, "ownerUid"> & Root): CleanupPlan;
  /** The line that asks the installed part of root's. */
  request(input: Omit<RedirectInput, "isRoot" | "elevation">): string;
  /** Where the installed part listens: in a folder of root's, so that nobody else can put a socket there. */
  rootSocketOf(ownerUid: number): string;
  install(installation: Installation, root: Root): InstallPlan;
  uninstall(installation: Installation, root: Root): InstallPlan;
  /** What a person types to see whose rules stand in the way. */
  showRules: string;
};

/** Undefined where there is no redirect, as on Windows. */
export function redirectSystem(platform: NodeJS.Platform): RedirectSystem | undefined {
  if (platform === "linux") {
    return system(linux, systemd, systemdSocketOf, { showRules: "sudo nft list ruleset" });
  }
  if (platform === "darwin") {
    return system(darwin, launchd, launchdSocketOf, { showRules: "sudo pfctl -a '*' -s nat" });
  }
  return undefined;
}

/** For `system ?? refuseRedirect()`. */
export function refuseRedirect(): never {
  throw new CliError("there is no redirect for this system", {
    hint: "metacred serve --no-redirect",
    exit: EXIT.failure,
  });
}

type Verbs = Pick<typeof linux, "planRedirect" | "planCleanup" | "redirectRequest">;

function system(
  { planRedirect, planCleanup, redirectRequest }: Verbs,
  manager: ServiceManager,
  rootSocketOf: RedirectSystem["rootSocketOf"],
  words: Pick<RedirectSystem, "showRules">,
): RedirectSystem {
  return {
    plan: planRedirect,
    cleanup: planCleanup,
    request: redirectRequest,
    rootSocketOf,
    install: (installation, root) => planInstall(manager, installation, root),
    uninstall: (installation, root) => planUninstall(manager, installation, root),
    ...words,
  };
}
