// The daemon as systemd and launchd start it at login: nobody is there to be asked, and the network may come later. It
// serves the role that was served last, and is ready before AWS has answered where AWS cannot be reached yet.
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { type Log, createLog } from "../output.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { openLibc } from "../sys/libc.ts";
import { createNotify } from "../sys/notify.ts";
import type { Core } from "./core.ts";
import { guardOfChild } from "./guard.ts";
import { lastRole } from "./last-role.ts";
import { serve } from "./serve.ts";
import { untilStopped } from "./signals.ts";
import { startGuard } from "./start-guard.ts";

/** `system`: whoever installed it for the whole machine has decided that it stands in front of a real service. */
export async function runUnderService(
  context: Context,
  { system }: { system: boolean },
  say: (text: string) => void,
): Promise<number> {
  const { clock, env, paths } = context;
  const notify = createNotify(openLibc(context.platform), env["NOTIFY_SOCKET"]);
  const last = lastRole(paths.stateDir);
  try {
    const { level, format } = loadConfig(paths, context.uid).log;
    const log = createLog({ level, format, now: () => clock.now(), write: (line) => say(`${line}\n`) });
    const options = { redirect: true, force: system };
    await serve(context, options, {
      log,
      startRole: (core) => startLastRole(core, last.read(), log),
      roleChanged(name) {
        last.write(name ?? "none");
        notify(`STATUS=serving ${name ?? "no role"}`);
      },
      async startGuard(plan) {
        const { method, child } = await startGuard(plan, "pipe", env, say);
        return guardOfChild(child, method, clock);
      },
      askMfa: async () => undefined,
      ready({ role }, warnings) {
        for (const warning of warnings) log.warn(warning);
        notify("READY=1", `STATUS=serving ${role?.name ?? "no role"}`);
      },
      untilStopped: (reload) =>
        untilStopped({ reload, hangUpStops: false }).then(() => void notify("STOPPING=1", "STATUS=stopping")),
    });
    return EXIT.ok;
  } catch (error) {
    notify(`STATUS=${error instanceof CliError ? error.message : "failed"}`);
    throw error;
  }
}

/** A remembered role that is no longer there is said, and the default is served instead. */
export async function startLastRole(core: Pick<Core, "catalog" | "active">, last: string | undefined, log: Log) {
  if (last === "none") return;
  const spec = await (last === undefined ? core.catalog.resolveDefault() : remembered(core, last, log));
  try {
    await core.active.startAnyway(spec);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    log.warn("no credentials yet, trying again in the background", { role: spec.name, error: error.message });
  }
}

async function remembered({ catalog }: Pick<Core, "catalog">, name: string, log: Log): Promise<RoleSpec> {
  try {
    return await catalog.resolve(name);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    log.warn("the role served last is not there any more", { role: name, error: error.message });
    return catalog.resolveDefault();
  }
}
