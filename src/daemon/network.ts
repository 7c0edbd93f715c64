// Everything by which clients reach the daemon: listener, root's redirect to it, and the proof that it works.
import { type CallerFinder, createCallerFinder } from "../callers/find-caller.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Log } from "../output.ts";
import { planRedirect } from "../redirect/linux.ts";
import type { RedirectPlan } from "../redirect/plan.ts";
import type { Libc } from "../sys/libc.ts";
import { routesOut } from "../sys/routes.ts";
import { preferSecondListener } from "../sys/port-share.ts";
import type { Core } from "./core.ts";
import { type ContainerEndpoint, createContainerEndpoint } from "./container-endpoint.ts";
import { listenEmulator } from "./emulator.ts";
import { answersAt } from "./foreign-service.ts";
import type { Guard } from "./guard.ts";
import { createImdsSettings } from "./imds-settings.ts";
import { watchMachine } from "./machine-watch.ts";
import { type RedirectWatch, watchRedirect } from "./redirect-watch.ts";
import { type Refusals, createRefusals } from "./refusals.ts";
import { type SelfTest, createSelfTest } from "./self-test.ts";
import { readPasswd, uidsOf } from "./users.ts";

export type Network = {
  port: number;
  redirect: Guard["method"] | "none";
  refusals: Refusals;
  watch: RedirectWatch;
  /** Has the metadata service take up [imds] as it is now; the warning says why it kept what it had. */
  reload(): string | undefined;
  container: ContainerEndpoint["grant"];
};

export type NetworkInput = {
  context: Context;
  core: Core;
  log: Log;
  libc: Libc | undefined;
  /** False: endpoint mode. */
  redirect: boolean;
  port: number | undefined;
  /** An older daemon is still serving and ends once this one does. */
  replaces: boolean;
  startGuard(plan: RedirectPlan): Promise<Guard>;
};

const EMULATED = { hostname: "169.254.169.254", port: 80 };
const LOOPBACK = "127.0.0.1";
const UNDO_LIMIT_MS = 5000;
const SHARED_TRIES = 64;

/** Throws where another service stands at the emulated address: an alias would hide it from this machine. */
export async function refuseForeignService({ clock }: Pick<Context, "clock">): Promise<void> {
  if (!(await answersAt(EMULATED.hostname, EMULATED.port, clock))) return;
  throw new CliError("another metadata service answers at 169.254.169.254 already", {
    hint: "metacred serve --no-redirect, or --force to stand in front of it",
  });
}

/** Opens all of it; what was opened is undone by `undo`, in the right order, also when a later step fails. */
export async function openNetwork(input: NetworkInput, undo: AsyncDisposableStack): Promise<Network> {
  const { context, core, log } = input;
  const { clock, platform } = context;
  const config = core.catalog.config();
  const refusals = createRefusals(clock, log);
  const selfTests: SelfTest[] = [];
  const uids = uidsOf(config.redirect.users, context.uid, readPasswd());
  const findCaller: CallerFinder = createCallerFinder({ platform, libc: input.libc });
  const mode = input.redirect ? "redirect" : input.replaces ? "replace" : "endpoint";
  const { configFile } = context.paths;
  const settingsOf = createImdsSettings({ ...context, configFile });
  const emulator = listenEmulator(input.port ?? config.imds.port, mode, {
    context,
    log,
    view: core.view,
    settings: settingsOf(config.imds),
    uids,
    findCaller,
    refusals,
    selfTests: () => selfTests,
    mayLoop: core.loop.possible,
    onLoop: core.loop.seen,
  });
  undo.defer(() => emulator.stop());
  const shared = mode === "replace";
  if (shared && input.libc !== undefined && emulator.fd !== undefined) preferSecondListener(input.libc, emulator.fd);

  const selfTest = createSelfTest(input.redirect ? EMULATED : { hostname: LOOPBACK, port: emulator.port }, clock);
  selfTests.push(selfTest);
  const guard = input.redirect ? await input.startGuard(planFor(emulator.port, uids, input)) : undefined;
  undo.defer(async () => {
    if ((await guard?.down(UNDO_LIMIT_MS)) === false) log.error("root's part did not end in time: rules may remain");
  });
  if (!(await passes(selfTest, shared))) throw notReached(input.redirect);
  const watch = watchRedirect({ clock, log, selfTest, guard });
  undo.defer(() => watch.stop());
  undo.defer(watchMachine({ clock, log, routes: () => routesOut(platform), onChange: core.sessions.wake }));
  const reload = () => warningOf(() => emulator.apply(settingsOf(core.catalog.config().imds)));
  const container = createContainerEndpoint({ context, core, log, uids, findCaller, refusals });
  undo.defer(() => container.stop());
  const redirect = guard?.method ?? "none";
  return { port: emulator.port, redirect, refusals, watch, reload, container: container.grant };
}

// Where the kernel cannot be told which listener of a shared port to prefer, some of the tries reach the older daemon.
async function passes(selfTest: SelfTest, shared: boolean): Promise<boolean> {
  for (let tries = shared ? SHARED_TRIES : 1; tries > 0; tries--) if (await selfTest.run()) return true;
  return false;
}

function warningOf(task: () => void): string | undefined {
  try {
    task();
    return undefined;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return `kept the metadata as it was: ${error.message}`;
  }
}

function planFor(port: number, uids: readonly number[] | "*", { context, core }: NetworkInput): RedirectPlan {
  const { method } = core.catalog.config().redirect;
  return planRedirect({
    method: method === "none" ? "auto" : method,
    port,
    // The self-test must get through as well, also where the owner serves others alone.
    users: uids === "*" ? uids : [...new Set([...uids, context.uid])],
    ownerUid: context.uid,
    isRoot: context.uid === 0,
    sudo: Bun.which("sudo", { PATH: "/usr/bin:/bin:/usr/local/bin:/run/wrappers/bin" }) ?? undefined,
  });
}

function notReached(redirect: boolean): CliError {
  return redirect
    ? new CliError("a request to 169.254.169.254 does not reach metacred: other rules of this machine get it first", {
        hint: "sudo nft list ruleset, or metacred serve --no-redirect",
        exit: EXIT.failure,
      })
    : new CliError("metacred's own port does not answer", { hint: "metacred serve --no-redirect --port N" });
}
