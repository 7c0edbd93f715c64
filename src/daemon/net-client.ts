// The CLI's side of `net`: what it does beside a daemon, and without one.
import { closeSync, constants, existsSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { Installation } from "../redirect/install.ts";
import { type RedirectSystem, redirectSystem, refuseRedirect } from "../redirect/system.ts";
import { controlClient, statusIfRunning } from "./client.ts";
import { agentTargets, emulatedAddresses } from "./exec-addresses.ts";
import { foreignService, hasOurAlias, refuseForeignService } from "./foreign-service.ts";
import { ROOT_PIPE } from "./net-control.ts";
import { cleanBySocket } from "./guard.ts";
import { nextPort } from "./next-free-port.ts";
import { privilegeOf } from "./privilege.ts";
import type { Status } from "./protocol.ts";
import { redirectInput, targetsOf } from "./redirect-input.ts";
import { runAsRoot, startGuard } from "./start-guard.ts";
import { readPasswd, redirectedUids, uidsOf } from "./users.ts";

export type Say = (text: string) => void;
export type NetPlan = { argv: readonly string[]; summary: string };

export type NetStatus = {
  daemon: boolean;
  redirect: Status["redirect"] | null;
  /** `net install` was run: nobody is asked for a password. */
  installed: boolean;
  /** Some metacred has its address on the loopback interface. */
  alias: boolean;
  /** What a killed metacred left behind, as far as it shows without root. */
  leftovers: boolean;
  /** Another service at the emulated address. */
  foreign: string | null;
};

/** The running daemon's, else what `serve` would do by the configuration. */
export async function netPlan(context: Context): Promise<NetPlan> {
  const system = systemOf(context);
  const running = await statusIfRunning(context.paths.socketFile);
  if (running !== undefined) {
    const answer = await controlClient(context.paths.socketFile).netPlan(false);
    if (answer.state !== "up") return answer.plan;
  }
  const { imds, redirect, containers, exec } = loadConfig(context.paths, context.uid);
  const { port, ipv6 } = imds;
  const agentPorts = { ipv4: nextPort(port), ipv6: ipv6 ? nextPort(port) : undefined };
  const agents = exec.endpoint === "loopback" ? [] : agentTargets(exec.endpoint, agentPorts);
  const targets = targetsOf({ port, ipv6Port: ipv6 ? port : undefined }, { targets: agents });
  const uids = uidsOf(redirect.users, context.uid, readPasswd());
  const wish = { context, redirect, containers: containers.enabled };
  return system.plan({ ...redirectInput(targets, uids, wish), ...privilegeOf(context) });
}

/** For the daemon that runs: no rule without one. */
export async function netUp(context: Context, say: Say): Promise<Status> {
  systemOf(context);
  const control = controlClient(context.paths.socketFile);
  const { redirect } = await control.status();
  if (redirect.method === "none") {
    const addresses = emulatedAddresses(loadConfig(context.paths, context.uid));
    await refuseForeignService(context, addresses, "metacred stop, then metacred serve --force stands in front of it");
  }
  const pipe = join(context.paths.runtimeDir, ROOT_PIPE);
  rmSync(pipe, { force: true });
  const made = Bun.spawnSync(["/usr/bin/mkfifo", "-m", "600", pipe], { stderr: "pipe" });
  if (!made.success)
    throw new CliError(`no pipe could be made: ${made.stderr.toString().trim()}`, { hint: "metacred stop" });
  try {
    const answer = await control.netPlan(true);
    if (answer.state === "up") return await control.status();
    const { plan } = answer;
    if (context.uid !== 0) say(`metacred asks for root once:\n${plan.summary}\n`);
    const reader = openSync(pipe, constants.O_RDONLY);
    const { method } = await startGuard(plan, reader, context.env, say).finally(() => closeSync(reader));
    return (await control.netUp(method)).status;
  } finally {
    rmSync(pipe, { force: true });
  }
}

/** Every trace of this user's, also after daemon and root's part were killed at once. */
export async function netDown(context: Context, say: Say): Promise<void> {
  const system = systemOf(context);
  const { socketFile } = context.paths;
  const rootSocket = system.rootSocketOf(context.uid);
  const running = await statusIfRunning(socketFile);
  if (running !== undefined) {
    const { undone } = await controlClient(socketFile).netDown();
    const { root_part: rootPart } = running.redirect;
    if (rootPart === "running" ? undone : rootPart === null && !hasOurAlias(context.platform)) return;
  }
  if (existsSync(rootSocket) && (await cleanBySocket(rootSocket, context.clock))) return;
  const plan = system.cleanup({ ownerUid: context.uid, ...privilegeOf(context) });
  if (context.uid !== 0) say(`metacred asks for root once:\n${plan.summary}\n`);
  await runAsRoot(plan.argv, context.env, say);
}

export async function netStatus(context: Context): Promise<NetStatus> {
  const running = await statusIfRunning(context.paths.socketFile);
  const alias = hasOurAlias(context.platform);
  const rootSocket = redirectSystem(context.platform)?.rootSocketOf(context.uid);
  const isOurs = running !== undefined && running.redirect.method !== "none" && running.redirect.healthy;
  return {
    daemon: running !== undefined,
    redirect: running?.redirect ?? null,
    installed: rootSocket !== undefined && existsSync(rootSocket),
    alias,
    leftovers: alias && (running === undefined || running.redirect.method === "none"),
    foreign: isOurs ? null : ((await foreignService(context)) ?? null),
  };
}

export async function netInstall(context: Context, say: Say): Promise<void> {
  const system = systemOf(context);
  if (context.platform === "linux" && !existsSync("/run/systemd/system")) {
    throw new CliError("root's part cannot be installed: this machine does not run systemd", {
      hint: "metacred serve, which asks for root each time",
    });
  }
  const plan = system.install(installation(context), privilegeOf(context));
  if (context.uid !== 0) say(`metacred asks for root once, to write\n  ${plan.files.join("\n  ")}\n`);
  await runAsRoot(plan.argv, context.env, say);
}

export async function netUninstall(context: Context, say: Say): Promise<void> {
  const plan = systemOf(context).uninstall(installation(context), privilegeOf(context));
  if (!plan.files.some((file) => existsSync(file))) return;
  if (context.uid !== 0) say(`metacred asks for root once, to remove\n  ${plan.files.join("\n  ")}\n`);
  await runAsRoot(plan.argv, context.env, say);
}

function installation(context: Context): Installation {
  const { redirect, containers } = loadConfig(context.paths, context.uid);
  const uids = uidsOf(redirect.users, context.uid, readPasswd());
  return { ownerUid: context.uid, users: redirectedUids(uids, context.uid), containers: containers.enabled };
}

function systemOf({ platform }: Context): RedirectSystem {
  return redirectSystem(platform) ?? refuseRedirect();
}
