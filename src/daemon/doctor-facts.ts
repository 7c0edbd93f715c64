// What `doctor` looks at. Nothing here changes anything.
import { lstatSync, readFileSync } from "node:fs";
import { describeListener, listenerOf } from "../callers/process.ts";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { loadProfiles } from "../sources/profile-files.ts";
import { processIdentity } from "../sys/process-identity.ts";
import { statusIfRunning } from "./client.ts";
import type { DoctorFacts } from "./doctor-findings.ts";
import { foreignService, hasOurAlias } from "./foreign-service.ts";
import { privilegeOf } from "./privilege.ts";

const SKEW_LIMIT_MS = 2000;

export async function gatherFacts(context: Context): Promise<DoctorFacts> {
  const { env, paths, uid, platform } = context;
  const config = loadConfig(paths, uid);
  const status = await statusIfRunning(paths.socketFile);
  const isReached = status !== undefined && status.redirect.method !== "none" && status.redirect.healthy;
  const holder = status === undefined ? listenerOf(config.imds.port) : undefined;
  const [profiles, foreign, skewMs] = await Promise.all([
    loadProfiles(env),
    isReached ? undefined : foreignService(context),
    clockSkewMs(context, config.region),
  ]);
  const { isRoot, elevation } = privilegeOf(context);
  const hasTool = ["nft", "iptables"].some(
    (tool) => Bun.which(tool, { PATH: "/usr/sbin:/sbin:/usr/bin:/bin" }) !== null,
  );
  return {
    env,
    status,
    defaultProfile: profiles["default"],
    foreign,
    foreignRules: isReached ? [] : readForeignRules(),
    alias: hasOurAlias(platform),
    port: config.imds.port,
    portHolder: holder && describeListener(holder),
    loose: [
      ...looserThan(paths.configFile, 0o022, "go-w"),
      ...looserThan(paths.stateDir, 0o077, "700"),
      ...looserThan(paths.runtimeDir, 0o077, "700"),
      ...looserThan(paths.logFile, 0o077, "600"),
    ],
    stale: status === undefined ? staleFiles(paths) : [],
    skewMs,
    lacks:
      platform !== "linux"
        ? undefined
        : !hasTool
          ? "nft and iptables"
          : !isRoot && elevation === undefined
            ? "sudo, doas and pkexec"
            : undefined,
  };
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

function looserThan(path: string, mask: number, mode: string): { path: string; mode: string }[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isSymbolicLink() || (stat.mode & mask) === 0 ? [] : [{ path, mode }];
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
