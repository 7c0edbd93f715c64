// What `doctor` looks at. Nothing here changes what is found.
import { lstatSync, readFileSync } from "node:fs";
import * as v from "valibot";
import { describeListener, listenerOf } from "../callers/process.ts";
import { loadConfig } from "../config/load.ts";
import { configSchema } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { loadProfiles } from "../sources/profile-files.ts";
import { processIdentity } from "../sys/process-identity.ts";
import { statusIfRunning } from "./client.ts";
import type { DoctorFacts } from "./doctor-findings.ts";
import { agentOf } from "./exec-addresses.ts";
import { foreignService, hasOurAlias } from "./foreign-service.ts";
import { keychainProblem } from "./keychain-problem.ts";
import { looseFiles } from "./loose-files.ts";
import { privilegeOf } from "./privilege.ts";

const SKEW_LIMIT_MS = 2000;

export async function gatherFacts(context: Context): Promise<DoctorFacts> {
  const { env, paths, uid, platform } = context;
  const loaded = await orProblem("config", async () => loadConfig(paths, uid));
  // The rest of the machine is looked at with what holds where nothing is configured.
  const config = loaded.value ?? v.parse(configSchema, {});
  const asked = await orProblem("socket", () => statusIfRunning(paths.socketFile));
  const status = asked.value;
  const isReached = status !== undefined && status.redirect.method !== "none" && status.redirect.healthy;
  const holder = status === undefined ? listenerOf(config.imds.port) : undefined;
  const profiles = await loadProfiles(env);
  const [foreign, skewMs, keychain] = await Promise.all([
    isReached ? undefined : foreignService(context),
    clockSkewMs(context, config.region),
    keychainProblem(context, config, profiles),
  ]);
  return {
    env,
    status,
    broken: [...loaded.problems, ...asked.problems],
    defaultProfile: profiles["default"],
    foreign,
    foreignRules: isReached ? [] : readForeignRules(),
    alias: hasOurAlias(platform),
    agent: agentOf(config),
    port: config.imds.port,
    portHolder: holder && describeListener(holder),
    loose: looseFiles(paths, uid),
    stale: status === undefined ? staleFiles(paths) : [],
    skewMs,
    keychain,
    sudoFrom: uid === 0 && Number(env["SUDO_UID"]) > 0 ? Number(env["SUDO_UID"]) : undefined,
    lacks: lackingTools(context),
  };
}

type Attempt<T> = { value: T | undefined; problems: DoctorFacts["broken"] };

async function orProblem<T>(id: "config" | "socket", ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await ask(), problems: [] };
  } catch (error) {
    return { value: undefined, problems: [problemOf(id, error)] };
  }
}

function problemOf(id: "config" | "socket", error: unknown): DoctorFacts["broken"][number] {
  if (!(error instanceof CliError)) throw error;
  return { id, message: error.message, fix: error.hint ?? "metacred logs" };
}

function lackingTools(context: Context): DoctorFacts["lacks"] {
  if (context.platform !== "linux") return undefined;
  const PATH = "/usr/sbin:/sbin:/usr/bin:/bin";
  if (["nft", "iptables"].every((tool) => Bun.which(tool, { PATH }) === null)) return "nft and iptables";
  const { isRoot, elevation } = privilegeOf(context);
  return !isRoot && elevation === undefined ? "sudo, doas and pkexec" : undefined;
}

/** Tables but metacred's that have a rule for the emulated address, in the text of `nft list ruleset`. */
export function foreignRules(ruleset: string): string[] {
  const found = new Set<string>();
  let table = "";
  for (const line of ruleset.split("\n")) {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    if (line.includes("169.254.169.254") && !/ metacred_|METACRED_/.test(`${table}${line}`))
      found.add(`the rules of table ${table}`);
  }
  return [...found];
}

// Only root may look, so for others there is nothing to say.
function readForeignRules(): string[] {
  const nft = Bun.which("nft", { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" });
  if (nft === null || process.getuid?.() !== 0) return [];
  const { stdout } = Bun.spawnSync([nft, "list", "ruleset"], { stderr: "ignore" });
  return foreignRules(stdout.toString());
}

function staleFiles({ socketFile, lockFile }: Context["paths"]): string[] {
  const stale = lstatSync(socketFile, { throwIfNoEntry: false }) === undefined ? [] : [socketFile];
  try {
    const holder = readFileSync(lockFile, "utf8");
    const pid = Number.parseInt(holder, 10);
    if (!(pid > 0) || processIdentity(pid) !== holder) stale.push(lockFile);
  } catch {
    // There is none.
  }
  return stale;
}

// Of any answer, a refusal too: every one has a Date. Undefined where AWS cannot be reached.
async function clockSkewMs({ env, clock }: Context, region = "us-east-1"): Promise<number | undefined> {
  const url = env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"] || `https://sts.${region}.amazonaws.com/`;
  try {
    const { headers } = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(SKEW_LIMIT_MS) });
    const date = Date.parse(headers.get("date") ?? "");
    return Number.isNaN(date) ? undefined : clock.now().getTime() - date;
  } catch {
    return undefined;
  }
}
