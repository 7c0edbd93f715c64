// From what was seen on the machine to what would stop an SDK from getting the role. Pure.
import type { Status } from "./protocol.ts";

/** `error`: a fresh SDK, or some of them, would not get the role. */
export type Finding = { id: string; level: "error" | "warning"; message: string; fix: string };

export type DoctorFacts = {
  env: Readonly<Record<string, string | undefined>>;
  /** Undefined where no daemon runs. */
  status: Status | undefined;
  /** The AWS profile "default", where there is one. */
  defaultProfile: Readonly<Record<string, string | undefined>> | undefined;
  /** Who answers at 169.254.169.254 without metacred, in words. */
  foreign: string | undefined;
  /** Tables of others with a rule for that address, where they could be read. */
  foreignRules: readonly string[];
  alias: boolean;
  /** Who holds the emulator's port while no daemon runs, in words. */
  portHolder: string | undefined;
  port: number;
  /** Files and folders that others may write to, or may read where that is too much. */
  loose: readonly { path: string; mode: string }[];
  stale: readonly string[];
  /** This machine's clock less AWS's. */
  skewMs: number | undefined;
  lacks: "nft and iptables" | "sudo, doas and pkexec" | undefined;
};

const EMULATED = "169.254.169.254";
// AWS refuses signatures that are five minutes off; well before that something is wrong.
const SKEW_ERROR_MS = 4 * 60_000;
const SKEW_WARNING_MS = 60_000;

export function findingsOf(facts: DoctorFacts): Finding[] {
  return [
    ...daemonFindings(facts),
    ...environmentFindings(facts),
    ...proxyFindings(facts),
    ...profileFindings(facts),
    ...machineFindings(facts),
  ];
}

const error = (id: string, message: string, fix: string): Finding => ({ id, level: "error", message, fix });
const warning = (id: string, message: string, fix: string): Finding => ({ id, level: "warning", message, fix });

function daemonFindings({ status, env, foreign, foreignRules, alias, port, portHolder }: DoctorFacts): Finding[] {
  const named = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
  if (status === undefined) {
    return [
      error("daemon", "metacred is not running", "metacred serve --background"),
      ...(foreign === undefined
        ? []
        : [warning("foreign", `${EMULATED} is answered by ${foreign}`, "end it, or metacred serve --no-redirect")]),
      ...(alias
        ? [
            warning(
              "leftovers",
              "a metacred that was killed, or another user's, has its address on lo",
              "metacred net down",
            ),
          ]
        : []),
      ...(portHolder === undefined
        ? []
        : [warning("port", `port ${port} is taken by ${portHolder}`, `metacred serve --port ${port + 1}`)]),
    ];
  }
  const { redirect, endpoints } = status;
  const found: Finding[] = [];
  if (status.state !== "serving") {
    const { message, hint } = status.last_error ?? { message: "no role is served", hint: null };
    found.push(error("role", message, hint ?? "metacred use ROLE"));
  }
  if (redirect.method === "none" && trimmed(named) !== trimmed(endpoints.endpoint)) {
    found.push(
      error(
        "endpoint",
        "metacred is in endpoint mode, and this shell does not know where",
        `metacred net up, or export AWS_EC2_METADATA_SERVICE_ENDPOINT=${endpoints.endpoint}`,
      ),
    );
  }
  if (
    redirect.method !== "none" &&
    named !== undefined &&
    !isEmulated(named) &&
    trimmed(named) !== trimmed(endpoints.endpoint)
  ) {
    found.push(
      error(
        "endpoint",
        `AWS_EC2_METADATA_SERVICE_ENDPOINT=${named} leads SDKs elsewhere`,
        "unset AWS_EC2_METADATA_SERVICE_ENDPOINT",
      ),
    );
  }
  if (redirect.root_part === "ended") {
    found.push(
      warning(
        "root-part",
        "root's part of the redirect has ended: nobody repairs or removes its rules",
        "metacred net up",
      ),
    );
  }
  if (!redirect.healthy) {
    const whose = foreignRules.length === 0 ? (foreign ?? "nobody that it can see") : foreignRules.join(", ");
    found.push(
      error(
        "unreachable",
        `requests to ${EMULATED} do not reach metacred but ${whose}`,
        `sudo nft list ruleset | grep ${EMULATED}`,
      ),
    );
  }
  const refused = status.refusals["uid"] ?? 0;
  if (refused > 0) {
    found.push(
      warning(
        "refused",
        `${refused} requests of other users were refused`,
        'if they were yours by sudo: [redirect] users = ["{user}", "root"]',
      ),
    );
  }
  return found;
}

// What every SDK asks before the metadata service, and what keeps it from asking at all.
const SHADOWS = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];

function environmentFindings({ env }: DoctorFacts): Finding[] {
  const disabled = env["AWS_EC2_METADATA_DISABLED"];
  return [
    ...SHADOWS.filter((name) => (env[name] ?? "") !== "").map((name) =>
      error("variable", `${name} is set: SDKs take it and never ask the metadata service`, `unset ${name}`),
    ),
    ...(disabled === undefined || disabled === ""
      ? []
      : [
          error(
            "disabled",
            disabled.toLowerCase() === "true"
              ? "AWS_EC2_METADATA_DISABLED switches the metadata service off"
              : `AWS_EC2_METADATA_DISABLED=${disabled} switches the metadata service off in some SDKs: they look whether it is set`,
            "unset AWS_EC2_METADATA_DISABLED",
          ),
        ]),
  ];
}

// botocore and Go send plain HTTP to any address through a proxy, this one too.
function proxyFindings({ env, status }: DoctorFacts): Finding[] {
  const proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].filter((name) => (env[name] ?? "") !== "");
  const direct = `${env["NO_PROXY"] ?? ""},${env["no_proxy"] ?? ""}`.split(",").map((entry) => entry.trim());
  const host = status?.redirect.method === "none" ? "127.0.0.1" : EMULATED;
  if (proxies.length === 0 || direct.includes("*") || direct.includes(host)) return [];
  return [
    error(
      "proxy",
      `${proxies.join(" and ")} is set, and NO_PROXY does not name ${host}: some SDKs ask the proxy for it`,
      `export NO_PROXY=\${NO_PROXY:+$NO_PROXY,}${host}`,
    ),
  ];
}

const CREDENTIAL_KEYS = [
  "aws_access_key_id",
  "role_arn",
  "sso_start_url",
  "sso_session",
  "credential_process",
  "web_identity_token_file",
  "login_session",
];

function profileFindings({ defaultProfile }: DoctorFacts): Finding[] {
  const key = CREDENTIAL_KEYS.find((name) => (defaultProfile?.[name] ?? "") !== "");
  if (key === undefined) return [];
  return [
    error(
      "profile",
      `the AWS profile "default" has ${key}: SDKs take it and never ask the metadata service`,
      "give that profile another name in the AWS config and credentials files",
    ),
  ];
}

function machineFindings({ loose, stale, skewMs, lacks }: DoctorFacts): Finding[] {
  const skew = skewMs === undefined ? 0 : Math.abs(skewMs);
  const found = [
    ...loose.map(({ path, mode }) => warning("permissions", `${path} is open to other users`, `chmod ${mode} ${path}`)),
    ...stale.map((path) => warning("stale", `${path} is left of a metacred that has ended`, `rm ${path}`)),
  ];
  if (skew > SKEW_WARNING_MS) {
    const message = `this machine's clock is ${Math.round(skew / 1000)} s ${(skewMs ?? 0) > 0 ? "ahead of" : "behind"} AWS's`;
    found.push((skew > SKEW_ERROR_MS ? error : warning)("clock", message, "sudo timedatectl set-ntp true"));
  }
  if (lacks !== undefined) {
    found.push(
      warning(
        "tools",
        `none of ${lacks} is installed: no redirect`,
        "install nftables and sudo, or metacred serve --no-redirect",
      ),
    );
  }
  return found;
}

function isEmulated(url: string): boolean {
  return /^http:\/\/(169\.254\.169\.254|\[fd00:ec2::254\])\/?$/.test(url);
}

function trimmed(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, "");
}
