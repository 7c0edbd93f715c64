// `status`: one glance for people, JSON for scripts, a template for prompts.
import type { Context } from "../context.ts";
import { controlClient, statusIfRunning } from "../daemon/client.ts";
import type { Status } from "../daemon/protocol.ts";
import { CliError, EXIT } from "../errors.ts";
import { print } from "../print.ts";
import { isPast, seconds, timeLeft, timeUntil } from "./instant.ts";

export const STATUS_FLAGS = { json: "--json", check: "--check", format: "--format" } as const;

/** What prompts such as starship grant a command. */
const PROMPT_LIMIT_MS = 500;

export type StatusOptions = { json: boolean; check: boolean; format: string | undefined };

export async function printStatus(context: Context, { json, check, format }: StatusOptions): Promise<number> {
  const { socketFile } = context.paths;
  if (format !== undefined && json) throw notTogether(STATUS_FLAGS.format, STATUS_FLAGS.json);
  if (format !== undefined) {
    // A prompt must not be spoilt by a daemon that is not there, nor wait for one that hangs.
    const running = await statusIfRunning(socketFile, PROMPT_LIMIT_MS);
    await print(`${fillFormat(format, running, context.clock.now())}\n`);
    if (!check) return EXIT.ok;
    return running === undefined ? EXIT.notRunning : checkStatus(running, true);
  }
  const status = await controlClient(socketFile).status();
  if (json) await print(`${JSON.stringify(status, undefined, 2)}\n`);
  else if (!check) await print(renderStatus(status, context.clock.now()));
  return check ? checkStatus(status, json) : EXIT.ok;
}

export function notTogether(flag: string, other: string): CliError {
  return new CliError(`"metacred status" cannot do ${flag} and ${other} together`, {
    hint: `metacred status ${other}`,
    exit: EXIT.usage,
  });
}

/** `{role} {account} {expires_in} {state}`; empty where there is nothing to say. */
export function fillFormat(format: string, status: Status | undefined, now: Date): string {
  const role = status?.role;
  const values: Record<string, string> = {
    role: role?.name ?? "",
    account: role?.account_id ?? "",
    expires_in: role?.expiration ? timeLeft(role.expiration, now) : "",
    state: status === undefined ? "stopped" : healthOf(status),
  };
  // Not a regular expression with a function: setting that up takes longer than the loop.
  let filled = "";
  let done = 0;
  for (let open = format.indexOf("{"); open !== -1; open = format.indexOf("{", open + 1)) {
    const close = format.indexOf("}", open);
    const name = format.slice(open + 1, close);
    if (close === -1 || !Object.hasOwn(values, name)) continue;
    filled += `${format.slice(done, open)}${values[name]}`;
    done = close + 1;
  }
  return filled + format.slice(done);
}

/** What people read. Fields that an older or newer daemon lacks are left out. */
export function renderStatus(status: Status, now: Date): string {
  const { role, endpoints, redirect, last_error: error } = status;
  const rows: [string, string][] = [["role", roleLine(status)]];
  if (role !== null && status.state !== "serving") rows.push(["state", `${status.state}: no credentials are served`]);
  // A daemon of an older version knows no switches for a time.
  if (status.temporary) rows.push(["back to", backLine(status.temporary, now)]);
  if (role !== null) {
    rows.push(["arn", role.arn ?? "unknown"], ["account", role.account_id ?? "unknown"]);
    rows.push(["region", role.region ?? "unknown: set region in the profile or AWS_REGION"]);
    if (role.expiration !== null) {
      const left = isPast(role.expiration, now) ? "expired" : `${timeLeft(role.expiration, now)} left`;
      rows.push(["expires", `${seconds(role.expiration)} (${left})`]);
      if (role.obtained_at !== null) rows.push(["", lifeBar(role.obtained_at, role.expiration, now)]);
    }
    if (role.advertised_expiration !== null) rows.push(["told to clients", seconds(role.advertised_expiration)]);
    if (role.next_refresh_at !== null) {
      const limit = role.limited_by_upstream ? ", limited by upstream" : "";
      const due = isPast(role.next_refresh_at, now) ? "now" : `in ${timeUntil(role.next_refresh_at, now)}`;
      rows.push(["next refresh", `${seconds(role.next_refresh_at)} (${due})${limit}`]);
    }
  }
  if (status.base !== null) rows.push(["base", status.base]);
  rows.push(["endpoint", endpoints.imds ?? endpoints.endpoint]);
  rows.push(["redirect", redirectLine(status)]);
  if (redirect.method === "none") rows.push(["", `export AWS_EC2_METADATA_SERVICE_ENDPOINT=${endpoints.endpoint}`]);
  const refused: string[] = [];
  for (const reason in status.refusals) refused.push(`${status.refusals[reason]} by ${reason}`);
  if (refused.length > 0) rows.push(["refused", refused.join(", ")]);
  if (status.last_refusal) rows.push(["last refused", refusalLine(status.last_refusal)]);
  if (status.containers) rows.push(["containers", containersLine(status.containers)]);
  rows.push(["daemon", `${status.version}, pid ${status.pid}, since ${seconds(status.started_at)}`]);
  const skew = status.clock_skew_seconds ?? 0;
  if (skew !== 0) {
    const how = skew > 0 ? "ahead of" : "behind";
    rows.push(["clock", `${Math.abs(skew)} s ${how} AWS: taken off, but set it right`]);
  }
  for (const note of status.notes ?? []) rows.push(["note", note]);
  if (error !== null) {
    rows.push(["last error", `${error.message} (${seconds(error.at)})`]);
    if (error.hint !== null) rows.push(["", `try: ${error.hint}`]);
  }
  // Plain loops: the engine compiles its own `map` and the spreading of arguments at their first use.
  let width = 0;
  for (const [name] of rows) if (name.length > width) width = name.length;
  let text = "";
  for (const [name, value] of rows) text += `${name.padEnd(width)}  ${value}\n`;
  return text;
}

function roleLine({ role }: Status): string {
  if (role === null) return "none (metacred use ROLE)";
  return role.protected ? `${role.name} (protected)` : role.name;
}

function backLine({ until, back_to: to }: NonNullable<Status["temporary"]>, now: Date): string {
  const name = to === "none" ? "no role" : to;
  return isPast(until, now) ? `${name} now` : `${name} in ${timeUntil(until, now)}`;
}

function refusalLine({ reason, uid, container, at }: NonNullable<Status["last_refusal"]>): string {
  const user = uid === null ? "unknown user" : `uid ${uid}`;
  return `${reason}, ${container === true && uid === null ? "a container" : user} (${seconds(at)})`;
}

function containersLine({ role, expiration, last_error: error, addresses }: NonNullable<Status["containers"]>): string {
  const where = addresses.length === 0 ? "no bridge of Docker's is there" : `at ${addresses.join(", ")}`;
  if (role === null) return `no role: [containers] default_role is empty; ${where}`;
  return `${role}${expiration === null ? `, no credentials${error === null ? "" : ` (${error})`}` : ""}, ${where}`;
}

const BAR_CELLS = 20;

/** How much of a session's life is left; plain characters, which every terminal and every log shows. */
export function lifeBar(obtainedAt: string, expiration: string, now: Date): string {
  const end = new Date(expiration).getTime();
  const lifeMs = end - new Date(obtainedAt).getTime();
  const left = lifeMs <= 0 ? 0 : Math.min(Math.max((end - now.getTime()) / lifeMs, 0), 1);
  const full = left > 0 ? Math.max(1, Math.round(left * BAR_CELLS)) : 0;
  return `[${"#".repeat(full)}${"-".repeat(BAR_CELLS - full)}]`;
}

function redirectLine({ redirect }: Status): string {
  if (redirect.method === "none") return redirect.healthy ? "none (endpoint mode)" : "none: the port does not answer";
  const health = redirect.healthy ? `${redirect.method}, checked` : `${redirect.method}: requests do not arrive`;
  return redirect.root_part === "ended" ? `${health}; root's part has ended (metacred net up)` : health;
}

function healthOf(status: Status): string {
  return status.state === "serving" && !status.redirect.healthy ? "unreachable" : status.state;
}

// Would a fresh SDK on this machine get the role?
function checkStatus(status: Status, quiet: boolean): number {
  if (status.state === "serving" && status.redirect.healthy) return EXIT.ok;
  const reason =
    status.state === "idle"
      ? "no role is served"
      : status.state !== "serving"
        ? (status.last_error?.message ?? "there are no valid credentials")
        : "requests to the metadata service do not reach metacred";
  if (quiet) return EXIT.failure;
  const hint = status.state === "idle" ? "metacred use ROLE" : (status.last_error?.hint ?? "metacred status");
  throw new CliError(reason, { hint });
}
