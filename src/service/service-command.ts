// `service install|uninstall|status`: carries out the plan of this machine and says in words what came of it.
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { applySteps, runTool } from "../sys/apply-steps.ts";
import { serviceEnvironment } from "./service-environment.ts";
import { type ServicePlan, launchdPlan, systemdSystemPlan, systemdUserPlan } from "./service-plan.ts";
import { SYSTEM_CONFIG } from "./system-unit.ts";

export type ServiceOptions = { system: boolean; program: string };

export type ServiceState = { installed: boolean; enabled: boolean; active: boolean; file: string };

/** What to tell the person. `runsByHand`: a daemon that somebody started answers, and would be in the way. */
export async function installService(
  context: Context,
  options: ServiceOptions,
  runsByHand: () => Promise<boolean>,
): Promise<string[]> {
  const { plan, env } = planOf(context, options);
  if (options.system) refuseLoosePath(options.program);
  const before = await stateOf(plan, env);
  if (!before.active && (await runsByHand())) {
    throw new CliError("metacred runs already, started by hand", { hint: "metacred stop; metacred service install" });
  }
  const isFirst = options.system && !existsSync(SYSTEM_CONFIG);
  await applySteps(plan.install, env);
  const installed = `installed ${plan.file}: metacred starts ${options.system ? "with the machine" : "when you log in"}`;
  if (isFirst) return [installed, `  next: write its roles into ${SYSTEM_CONFIG}, then ${plan.start.join(" ")}`];
  const { exitCode, said } = await runTool(plan.start, env);
  if (exitCode !== 0) throw didNotStart(said, plan.logs);
  return [
    installed,
    `  it is running now: ${options.system ? "sudo metacred service status --system" : "metacred status"}`,
  ];
}

export async function uninstallService(context: Context, options: ServiceOptions): Promise<string[]> {
  const { plan, env } = planOf(context, options);
  if (!existsSync(plan.file)) return ["no service is installed"];
  await applySteps(plan.uninstall, env);
  const kept = options.system ? ["  left in place: /etc/metacred, /var/lib/metacred and the user metacred"] : [];
  return [`stopped, and removed ${plan.file}`, ...kept];
}

export function serviceState(context: Context, options: ServiceOptions): Promise<ServiceState> {
  const { plan, env } = planOf(context, options, false);
  return stateOf(plan, env);
}

async function stateOf(plan: ServicePlan, env: Context["env"]): Promise<ServiceState> {
  const file = plan.file;
  if (!existsSync(file)) return { installed: false, enabled: false, active: false, file };
  const says = async (argv: readonly string[]) => (await runTool(argv, env)).exitCode === 0;
  return { installed: true, enabled: await says(plan.isEnabled), active: await says(plan.isActive), file };
}

type Planned = { plan: ServicePlan; env: Context["env"] };

// Root's tools are looked for where only root can put them.
const ROOT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

function planOf(context: Context, { system, program }: ServiceOptions, changes = true): Planned {
  const { env, platform, home, uid, paths, cwd } = context;
  if (system) {
    refuseManager(platform, ROOT_PATH);
    if (uid !== 0 && changes) {
      throw new CliError("a system service is installed by root", {
        hint: "sudo metacred service install --system",
        exit: EXIT.needsPrivilege,
      });
    }
    return { plan: systemdSystemPlan(program), env: { PATH: ROOT_PATH } };
  }
  const configFile = paths.configNamed ? resolve(cwd, paths.configFile) : undefined;
  const environment = serviceEnvironment(env, configFile, platform);
  const service = { program, environment };
  if (platform === "darwin") return { plan: launchdPlan(service, { home, uid, logFile: paths.logFile }), env };
  refuseManager(platform, env["PATH"] ?? ROOT_PATH);
  return { plan: systemdUserPlan(service, env["XDG_CONFIG_HOME"] || `${home}/.config`), env };
}

function refuseManager(platform: NodeJS.Platform, path: string): void {
  if (platform === "linux" && Bun.which("systemctl", { PATH: path }) !== null) return;
  throw new CliError("there is no service manager here that metacred knows (systemd, and for users launchd)", {
    hint: "metacred serve --background",
  });
}

function didNotStart(said: string, logs: string): CliError {
  const [reason] = said.split("\n");
  return new CliError(`the service is installed, but did not start${reason ? `: ${reason}` : ""}`, { hint: logs });
}

/** Whoever can change the program, or a folder above it, would choose what the machine's service runs. */
function refuseLoosePath(program: string): void {
  for (let path = realpathSync(program); ; path = dirname(path)) {
    const { uid, mode } = statSync(path);
    if (uid !== 0 || (mode & 0o022) !== 0) {
      throw new CliError(`${path} can be changed by others than root, so no system service is made of ${program}`, {
        hint: "install the .deb or .rpm, or: sudo PREFIX=/usr/local sh install.sh --release URL",
      });
    }
    if (path === dirname(path)) return;
  }
}
