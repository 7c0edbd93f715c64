// What root's part is asked for, and what is said where that does not help. Pure.
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { RedirectInput, RedirectTarget } from "../redirect/plan.ts";
import type { RedirectSystem } from "../redirect/system.ts";
import type { ExecEndpoint } from "./exec-addresses.ts";
import { EMULATED, EMULATED_IPV6 } from "./redirect.ts";
import { redirectedUids } from "./users.ts";

export type Targets = RedirectInput["targets"];

type Ports = { port: number; ipv6Port: number | undefined };
type Wish = { context: Pick<Context, "uid">; redirect: Config["redirect"]; containers: boolean };

export function targetsOf({ port, ipv6Port }: Ports, container: { targets: readonly RedirectTarget[] }): Targets {
  const ipv6 = ipv6Port === undefined ? [] : [{ address: EMULATED_IPV6, port: ipv6Port }];
  return [{ address: EMULATED, port }, ...ipv6, ...container.targets];
}

export function redirectInput(
  targets: Targets,
  uids: readonly number[] | "*",
  { context, redirect, containers }: Wish,
): Omit<RedirectInput, "isRoot" | "elevation"> {
  const { method } = redirect;
  return {
    method: method === "none" ? "auto" : method,
    targets,
    users: redirectedUids(uids, context.uid),
    containers: containers ? targets[0].port : undefined,
    ownerUid: context.uid,
  };
}

export function notReached(targets: readonly RedirectTarget[], system: RedirectSystem | undefined): CliError {
  const addresses = targets.map(({ address }) => address).join(" or ");
  return targets.length > 0
    ? new CliError(`a request to ${addresses} does not reach metacred: other rules of this machine get it first`, {
        hint: `${system?.showRules ?? "metacred doctor"}, or metacred serve --no-redirect`,
        exit: EXIT.failure,
      })
    : new CliError("metacred's own port does not answer", { hint: "metacred serve --no-redirect --port N" });
}

export function notRedirected(endpoint: ExecEndpoint): CliError {
  return new CliError(
    `[exec] endpoint is "${endpoint}", whose address does not lead to metacred without the redirect`,
    {
      hint: "metacred net up",
    },
  );
}
