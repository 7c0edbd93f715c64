// The daemon's life: credentials, listener, redirect, proof, control socket; and the same backwards at its end.
import { peerBy } from "../callers/peer-credentials.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { Log } from "../output.ts";
import type { RedirectPlan } from "../redirect/plan.ts";
import { redirectSystem } from "../redirect/system.ts";
import { forbidCoreDumps } from "../sys/core-dumps.ts";
import { type Libc, openLibc } from "../sys/libc.ts";
import { openLibSystem } from "../sys/libsystem.ts";
import { releaseProgramPages } from "../sys/program-pages.ts";
import { statusIfRunning } from "./client.ts";
import { openControlSocket } from "./control-socket.ts";
import { listenControl } from "./control.ts";
import { type HandlerParts, handlersOf } from "./handlers.ts";
import { type ContainerRole, openContainerRole } from "./container-role.ts";
import { type Core, createCore } from "./core.ts";
import type { Guard } from "./guard.ts";
import { emulatedAddresses } from "./exec-addresses.ts";
import { refuseForeignService } from "./foreign-service.ts";
import { type MfaPrompt, withMfaCode } from "./mfa-prompt.ts";
import { createNetControl } from "./net-control.ts";
import { type Network, openNetwork } from "./network.ts";
import type { Status } from "./protocol.ts";
import { noticeLostRedirect } from "./redirect-notice.ts";
import { createReload, readOnSignal } from "./reload.ts";
import { refuseTwin } from "./refuse-start.ts";
import { startNotes } from "./notes.ts";
import { prepareRuntimeDir } from "./socket-file.ts";
import { takeStartLock } from "./start-lock.ts";
import { statusReport } from "./status-report.ts";

export type ServeOptions = {
  role?: string | undefined;
  profile?: string | undefined;
  port?: number | undefined;
  redirect: boolean;
  force: boolean;
  /** A person has agreed to start with a protected role. */
  granted?: boolean;
};

/** What differs between foreground and background. */
export type ServeLink = {
  log: Log;
  /** Where it is open already. */
  libc?: Libc | undefined;
  /** Where the first role comes from somewhere else than the options. */
  startRole?(core: Core): Promise<void>;
  roleChanged?: HandlerParts["link"]["roleChanged"];
  /** Has root's part started; resolves when it said that the redirect is up. */
  startGuard(plan: RedirectPlan): Promise<Guard>;
  askMfa: MfaPrompt;
  /** `now`: the status at any later time. */
  ready(status: Status, warnings: readonly string[], now: () => Status): void;
  /** Resolves when a signal asks for the end; calls `reload` where one asks for that. */
  untilStopped(reload: () => void): Promise<void>;
};

const START_IS_OVER_MS = 2000;

/** Serves until it is told to stop. When it cannot start it throws a `CliError`, with everything undone. */
export async function serve(context: Context, options: ServeOptions, link: ServeLink): Promise<void> {
  const { paths } = context;
  const { log, libc = openLibc(context.platform) } = link;
  prepareRuntimeDir(paths.runtimeDir, context.uid);
  refuseTwin(await statusIfRunning(paths.socketFile));
  const libSystem = openLibSystem(context.platform);
  forbidCoreDumps(libc ?? libSystem);
  await using undo = new AsyncDisposableStack();
  const releaseLock = takeStartLock(paths.lockFile);
  undo.defer(releaseLock);
  // Asked again under the lock: another one may have become ready since.
  const older = refuseTwin(await statusIfRunning(paths.socketFile));

  const core = createCore(context, log, options.profile);
  undo.defer(() => {
    core.active.stop();
    core.sessions.stop();
  });
  const system = redirectSystem(context.platform);
  const redirect = options.redirect && core.catalog.config().redirect.method !== "none" && system !== undefined;
  const mayBeForeign = redirect && older === undefined && !options.force;
  await Promise.all([
    mayBeForeign ? refuseForeignService(context, emulatedAddresses(core.catalog.config())) : undefined,
    (link.startRole ?? ((of) => startRole(of, options, link)))(core),
  ]);
  const containers = core.catalog.config().containers.enabled
    ? await openContainerRole({ core, clock: context.clock, log })
    : undefined;
  const { startGuard } = link;
  const reach = { system, redirect, port: options.port, replaces: older !== undefined, startGuard };
  const network = await openNetwork({ context, core, log, libc, libSystem, containers, ...reach }, undo);
  undo.defer(noticeLostRedirect(context, { health: () => network.watch.health(), config: core.catalog.config }));

  const stopped = Promise.withResolvers<void>();
  let ending: Promise<void> | undefined;
  const tearDown = () => (ending ??= undo.disposeAsync());
  const status = reporter(context, core, network, containers);
  const read = createReload({ core, network, containers });
  const net = createNetControl(network, paths.runtimeDir, context);
  const handlers = handlersOf({ core, network, read, net, status, link, clock: context.clock }, async () => {
    // Whoever asked for the end hears of it when nothing is left but this answer.
    await tearDown();
    stopped.resolve();
  });
  const who = { log, ownerUid: context.uid, peer: peerBy(libc, libSystem) };
  const listen = (socketFile: string) => listenControl(socketFile, handlers, who);
  const control = openControlSocket({ paths, uid: context.uid, clock: context.clock, log, listen }, older);
  undo.defer(() => control.unpublish());
  await control.stopOlder();
  releaseLock();
  // Before anybody hears that it is ready: whoever then presses Ctrl-C at once is heard, too.
  const asked = link.untilStopped(() => void readOnSignal(read, core.active, log));
  link.ready(status(), startNotes(core), status);
  context.clock.after(START_IS_OVER_MS, () => releaseProgramPages(libc));
  await Promise.race([stopped.promise, asked]);
  await tearDown();
  await control.stop();
  log.info("stopped");
}

async function startRole(
  { active, catalog }: Core,
  { role, granted = false }: Pick<ServeOptions, "role" | "granted">,
  { log, askMfa }: Pick<ServeLink, "log" | "askMfa">,
): Promise<void> {
  if (role === undefined && (await active.resume())) {
    return log.info("went on with a switch for a time", { role: active.spec()?.name });
  }
  const spec = await (role === undefined ? catalog.resolveDefault() : catalog.resolve(role));
  try {
    await withMfaCode((code) => active.start(spec, granted, code), askMfa);
  } catch (error) {
    if (!(error instanceof CliError) || error.needs === undefined) throw error;
    const { message, exit, needs } = error;
    throw new CliError(message, {
      hint: `metacred serve --role ${spec.name} --mfa-code CODE`,
      exit,
      needs,
      cause: error,
    });
  }
}

function reporter(context: Context, core: Core, network: Network, containers?: ContainerRole): () => Status {
  const startedAt = context.clock.now();
  return () =>
    statusReport({
      pid: process.pid,
      startedAt,
      now: context.clock.now(),
      config: core.catalog.config(),
      served: core.served(),
      previousName: core.active.previousName(),
      lease: core.active.lease(),
      isProtected: core.active.isProtected(),
      recent: core.active.recent(),
      port: network.port,
      ipv6: network.ipv6,
      redirect: network.redirect,
      health: network.watch.health(),
      refusals: network.refusals.counts(),
      lastRefusal: network.refusals.last(),
      containers: containers && { served: containers.served(), addresses: network.bridges?.addresses() ?? [] },
      clockSkewMs: core.clockSkewMs(),
    });
}
