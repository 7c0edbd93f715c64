// The daemon as systemd and launchd start it at login: nobody is there to be asked, and the network may come later. It
// serves the role that was served last, and is ready before AWS has answered where AWS cannot be reached yet.
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Log } from "../output.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { openLibc } from "../sys/libc.ts";
import { createNotify } from "../sys/notify.ts";
import type { Core } from "./core.ts";
import { guardOfChild } from "./guard.ts";
import { lastRole } from "./last-role.ts";
import { openLog } from "./log-target.ts";
import { serve } from "./serve.ts";
import { type ServiceStatus, keepServiceStatus, serviceWords } from "./service-status.ts";
import { untilStopped } from "./signals.ts";
import { startGuard } from "./start-guard.ts";

// At login SSO may have ended, and the keychain and the network may come later: none of that is a reason not to start.
const UNASKED = { unasked: true };

/** `system`: whoever installed it for the whole machine has decided that it stands in front of a real service. */
export async function runUnderService(
  context: Context,
  { system }: { system: boolean },
  say: (text: string) => void,
): Promise<number> {
  const { clock, env, paths } = context;
  const libc = openLibc(context.platform);
  const notify = createNotify(libc, env["NOTIFY_SOCKET"]);
  const last = lastRole(paths.stateDir);
  let shown: ServiceStatus | undefined;
  try {
    const log = openLog(context, loadConfig(paths, context.uid).log, (line) => say(`${line}\n`));
    const options = { redirect: true, force: system };
    await serve(context, options, {
      log,
      libc,
      startRole: (core) => startLastRole(core, last.read(), log),
      roleChanged(name, lasts) {
        if (lasts) last.write(name ?? "none");
        shown?.look();
      },
      async startGuard(plan) {
        const { method, child } = await startGuard(plan, "pipe", env, say);
        return guardOfChild(child, method, clock);
      },
      askMfa: async () => undefined,
      ready(ready, warnings, status) {
        for (const warning of warnings) log.warn(warning);
        const said = serviceWords(ready);
        notify("READY=1", `STATUS=${said}`);
        shown = keepServiceStatus({ clock, notify, status, said });
      },
      async untilStopped(reload) {
        await untilStopped({ reload, hangUpStops: false });
        shown?.stop();
        notify("STOPPING=1", "STATUS=stopping");
      },
    });
    return EXIT.ok;
  } catch (error) {
    const failure = withoutPrivilege(error);
    notify(`STATUS=${failure instanceof CliError ? failure.message : "failed"}`);
    throw failure;
  }
}

// `serve` is told to do without the redirect; a service has a way to have it all the same.
function withoutPrivilege(error: unknown): unknown {
  if (!(error instanceof CliError) || error.exit !== EXIT.needsPrivilege) return error;
  return new CliError(error.message, {
    hint: 'metacred net install, or in the configuration [redirect] method = "none"',
    exit: error.exit,
    cause: error,
  });
}

/** A remembered role that is no longer there, or is protected now, is said, and the default is served instead. */
export async function startLastRole(core: Pick<Core, "catalog" | "active">, last: string | undefined, log: Log) {
  if (await core.active.resume())
    return log.info("went on with a switch for a time", { role: core.active.spec()?.name });
  if (last === "none") return;
  const spec = (last === undefined ? undefined : await remembered(core, last, log)) ?? (await byDefault(core, log));
  if (spec === undefined) return;
  try {
    await core.active.startAnyway(spec);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    log.warn("no credentials yet, trying again in the background", { role: spec.name, error: error.message });
  }
}

async function remembered({ catalog }: Pick<Core, "catalog">, name: string, log: Log): Promise<RoleSpec | undefined> {
  try {
    const spec = await catalog.resolve(name, UNASKED);
    if ((await catalog.protection(spec)) === undefined) return spec;
    log.warn("the role served last is protected, and nobody is there to agree to it", { role: name });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    log.warn("the role served last is not there any more", { role: name, error: error.message });
  }
  return undefined;
}

async function byDefault({ catalog }: Pick<Core, "catalog">, log: Log): Promise<RoleSpec | undefined> {
  const spec = await catalog.resolveDefault(UNASKED);
  if ((await catalog.protection(spec)) === undefined) return spec;
  log.warn("the default role is protected, and nobody is there to agree to it: serving none", { role: spec.name });
  return undefined;
}
