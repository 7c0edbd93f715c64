// When `serve` must not start at all.
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { VERSION, compareVersions } from "../version.ts";
import type { Status } from "./protocol.ts";

/** `sudo metacred serve` would serve root's credentials to the wrong person. A true root, as in a container, may. */
export function refuseSudo({ uid, env }: Pick<Context, "uid" | "env">): void {
  const invoker = env["SUDO_UID"];
  if (uid !== 0 || invoker === undefined || invoker === "0") return;
  throw new CliError("metacred does not run as root on your behalf: it asks for sudo itself, for one short script", {
    hint: "metacred serve, without sudo",
    exit: EXIT.usage,
  });
}

/** An older daemon is replaced; one of this version or a newer one stays. */
export function refuseTwin(running: Status | undefined): Status | undefined {
  if (running === undefined || compareVersions(running.version, VERSION) < 0) return running;
  const role = running.role === null ? "no role" : running.role.name;
  throw new CliError(`metacred ${running.version} is running already (pid ${running.pid}), serving ${role}`, {
    hint: "metacred use ROLE, or metacred stop",
  });
}
