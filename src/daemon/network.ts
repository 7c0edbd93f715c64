// Everything by which clients reach the daemon: listener, root's redirect to it, and the proof that it works.
import { createCallerFinder } from "../callers/find-caller.ts";
import { createProcessFinder } from "../callers/process-finder.ts";
import { openLibproc } from "../callers/libproc.ts";
import { createCgroupCheck } from "../callers/cgroup-of-socket.ts";
import { createHolders } from "../callers/holders.ts";
import { factsOf } from "../callers/process.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { Log } from "../output.ts";
import type { RedirectPlan } from "../redirect/plan.ts";
import { type RedirectSystem, refuseRedirect } from "../redirect/system.ts";
import type { Libc } from "../sys/libc.ts";
import type { LibSystem } from "../sys/libsystem.ts";
import { routesOut } from "../sys/routes.ts";
import { preferSecondListener } from "../sys/port-share.ts";
import { ipv4Addresses } from "../sys/ipv4-addresses.ts";
import { type BridgeListeners, listenOnBridges } from "./bridge-listeners.ts";
import { type CallerBook, createCallerBook } from "./caller-book.ts";
import type { ContainerRole } from "./container-role.ts";
import { type ContainerEndpoint, createContainerEndpoint } from "./container-endpoint.ts";
import type { Core } from "./core.ts";
import { listenEmulator } from "./emulator.ts";
import { type Guard, guardOnSocket } from "./guard.ts";
import { createImdsSettings } from "./imds-settings.ts";
import { watchMachine } from "./machine-watch.ts";
import { nextPort } from "./next-free-port.ts";
import { privilegeOf } from "./privilege.ts";
import { type Redirect, createRedirect } from "./redirect.ts";
import { notReached, notRedirected, redirectInput, targetsOf } from "./redirect-input.ts";
import { type RedirectWatch, watchRedirect } from "./redirect-watch.ts";
import { type Refusals, createRefusals } from "./refusals.ts";
import type { Clock } from "../sys/clock.ts";
import { type SelfTest, passesAll } from "./self-test.ts";
import { readPasswd, uidsOf } from "./users.ts";

export type Network = {
  port: number;
  ipv6: boolean;
  redirect: Redirect;
  refusals: Refusals;
  callers: CallerBook;
  watch: RedirectWatch;
  /** Has the metadata service take up [imds] as it is now; the warning says why it kept what it had. */
  reload(): string | undefined;
  container: ContainerEndpoint["grant"];
  /** Where containers are listened to; undefined where they are refused. */
  bridges: BridgeListeners | undefined;
  /** What root would run for this daemon. Throws where this system has no redirect. */
  plan(): RedirectPlan;
  /** The installed part of root's, where there is one: nobody is asked. */
  startInstalled(): Promise<Guard | undefined>;
};

export type NetworkInput = {
  context: Context;
  core: Core;
  log: Log;
  libc: Libc | undefined;
  /** Undefined: [containers] is off. */
  containers: ContainerRole | undefined;
  libSystem: LibSystem | undefined;
  /** How this machine redirects, undefined where it does not. */
  system: RedirectSystem | undefined;
  /** False: endpoint mode. */
  redirect: boolean;
  port: number | undefined;
  /** An older daemon is still serving and ends once this one does. */
  replaces: boolean;
  startGuard(plan: RedirectPlan): Promise<Guard>;
};

const TRIES = 5;
const AGAIN_MS = 150;
const SHARED_TRIES = 64;

/** Opens all of it; what was opened is undone by `undo`, in the right order, also when a later step fails. */
export async function openNetwork(input: NetworkInput, undo: AsyncDisposableStack): Promise<Network> {
  const { context, core, log, libc, system } = input;
  const { clock, platform } = context;
  const config = core.catalog.config();
  const refusals = createRefusals(clock, log);
  const findProcess = createProcessFinder(clock);
  // The first search of a process's life takes many times longer than the next: it is for nobody.
  if (libc !== undefined) findProcess({ uid: context.uid, inode: 0 }, () => undefined);
  const callers = createCallerBook(clock, findProcess);
  undo.defer(callers.close);
  const selfTests: SelfTest[] = [];
  const uids = uidsOf(config.redirect.users, context.uid, readPasswd());
  const mode = input.redirect ? "redirect" : input.replaces ? "replace" : "endpoint";
  const { configFile } = context.paths;
  const settingsOf = createImdsSettings({ ...context, configFile });
  const libproc = input.libSystem && openLibproc(input.libSystem);
  const findCaller = createCallerFinder({ platform, libc, libproc });
  const own = factsOf("self");
  const emulator = listenEmulator(input.port ?? config.imds.port, mode, {
    context,
    log,
    view: core.view,
    libc,
    containers: input.containers,
    roleName: (isContainer) => (isContainer ? input.containers?.served()?.spec : core.active.spec())?.name,
    settings: settingsOf(config.imds),
    ipv6: config.imds.ipv6,
    uids,
    findCaller,
    holders: libc && createHolders({ clock, libc, own }),
    byCgroup: libc && createCgroupCheck(libc, own.cgroups),
    refusals,
    callers,
    selfTests: () => selfTests,
    mayLoop: core.loop.possible,
    onLoop: core.loop.seen,
  });
  undo.defer(() => emulator.stop());
  const shared = mode === "replace";
  const takeOver = ({ fd }: { fd: number | undefined }) => {
    if (shared && libc !== undefined && fd !== undefined) preferSecondListener(libc, fd);
  };
  takeOver(emulator);

  const ipv6 = emulator.ipv6Port !== undefined;
  const container = createContainerEndpoint({
    context,
    core,
    log,
    uids,
    findCaller,
    refusals,
    callers,
    ipv6,
    selfTests: () => selfTests,
    endpoint: config.exec.endpoint,
    firstPort: nextPort(emulator.port),
  });
  undo.defer(() => container.stop());
  const targets = targetsOf(emulator, container);
  const redirect = createRedirect(
    emulator.port,
    targets.map(({ address }) => address),
    clock,
  );
  selfTests.push(...redirect.allTests);
  const wanted = () => {
    const { redirect } = core.catalog.config();
    return redirectInput(targets, uids, { context, redirect, containers: input.containers !== undefined });
  };
  const plan = () => (system ?? refuseRedirect()).plan({ ...wanted(), ...privilegeOf(context) });
  const startInstalled = async () =>
    system && guardOnSocket(system.rootSocketOf(context.uid), system.request(wanted()), clock);
  const bridges =
    input.containers === undefined || libc === undefined
      ? undefined
      : listenOnBridges({
          clock,
          log,
          look: () => ipv4Addresses(libc),
          listen(address, isContainer) {
            const listener = emulator.listenOnBridge(address, isContainer);
            takeOver(listener);
            return listener;
          },
          onChange: () => void redirect.again(),
        });
  undo.defer(() => bridges?.stop());
  undo.defer(async () => {
    if (!(await redirect.down())) log.error("root's part did not end in time: rules may remain");
  });
  if (input.redirect) redirect.adopt((await startInstalled()) ?? (await input.startGuard(plan())));
  if (!(await passes(redirect, shared, clock))) throw notReached(input.redirect ? targets : [], system);
  const watch = watchRedirect({ clock, log, redirect, startInstalled });
  undo.defer(() => watch.stop());
  undo.defer(watchMachine({ clock, log, routes: () => routesOut(platform), onChange: core.sessions.wake }));
  const reload = () => warningOf(() => emulator.apply(settingsOf(core.catalog.config().imds)));
  return {
    port: emulator.port,
    ipv6,
    redirect,
    refusals,
    callers,
    watch,
    reload,
    async container(...wish) {
      if (container.targets.length > 0 && redirect.method() === "none") throw notRedirected(config.exec.endpoint);
      return container.grant(...wish);
    },
    bridges,
    plan,
    startInstalled,
  };
}

// A first packet may come while rules and routes are still being put in place, or while the last words of a killed
// daemon's part of root's take away what has just been put there: it is put there anew.
// Where the kernel cannot be told which listener of a shared port to prefer, some of the tries reach the older daemon.
async function passes(redirect: Redirect, shared: boolean, clock: Clock): Promise<boolean> {
  for (let tries = shared ? SHARED_TRIES : TRIES; tries > 0; tries--) {
    if (await passesAll(redirect.tests())) return true;
    if (redirect.again()) await new Promise<void>((resolve) => void clock.after(AGAIN_MS, resolve));
  }
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
