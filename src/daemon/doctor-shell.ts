// What `doctor` finds in this shell's environment and in the AWS profiles, both of which every SDK asks first. Pure.
import { type Finding, error, warning } from "./doctor-finding.ts";
import type { DoctorFacts } from "./doctor-findings.ts";
import { EMULATED } from "./redirect.ts";

export function shellFindings(facts: DoctorFacts): Finding[] {
  return [
    ...environmentFindings(facts),
    ...proxyFindings(facts),
    ...profileFindings(facts),
    ...loginShellFindings(facts),
  ];
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

// botocore and Go send plain HTTP to any address through a proxy, these too.
function proxyFindings({ env, status, agent }: DoctorFacts): Finding[] {
  const proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].filter((name) => (env[name] ?? "") !== "");
  const direct = `${env["NO_PROXY"] ?? ""},${env["no_proxy"] ?? ""}`.split(",").map((entry) => entry.trim());
  if (proxies.length === 0 || direct.includes("*")) return [];
  const set = `${proxies.join(" and ")} is set, and NO_PROXY does not name`;
  const fixFor = (host: string) => `export NO_PROXY=\${NO_PROXY:+$NO_PROXY,}${host}`;
  const found: Finding[] = [];
  const host = status?.redirect.method === "none" ? "127.0.0.1" : EMULATED;
  if (!direct.includes(host)) {
    found.push(error("proxy", `${set} ${host}: some SDKs ask the proxy for it`, fixFor(host)));
  }
  // Of commands under exec alone: whoever else asks gets the role all the same.
  if (agent !== undefined && host === EMULATED && !direct.includes(agent)) {
    const where = `${agent}, where "metacred exec" sends its commands`;
    found.push(warning("proxy", `${set} ${where}: some SDKs ask the proxy for it`, fixFor(agent)));
  }
  return found;
}

// Shells that `completions` and `env` know; others that read what `env --format sh` prints.
const SHELLS = ["bash", "zsh", "fish", "pwsh", "sh", "dash", "ash", "ksh", "mksh", "busybox"];

function loginShellFindings({ env }: DoctorFacts): Finding[] {
  const shell = env["SHELL"]?.split("/").at(-1) ?? "";
  if (shell === "" || SHELLS.includes(shell)) return [];
  return [
    warning(
      "shell",
      `neither the completions nor "metacred env" are for ${shell}: they know bash, zsh, fish and PowerShell`,
      "metacred exec -- COMMAND, which needs no shell",
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
