// A little world in a temporary folder: a mock AWS, a config with two roles, and the environment to reach them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../paths.ts";
import { RIVALS } from "../quick/variables.ts";
import { type MockAws, startMockAws } from "./mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "./world.ts";

export type Playground = AsyncDisposable & {
  aws: MockAws;
  /** For metacred itself: everything it reads and writes is in the folder. */
  env: Environment;
  /** For clients: no credentials but those of the metadata service at `endpoint`. */
  clientEnv(endpoint: string): Environment;
  region: string;
  /** For a person who plays with it: no config yet, an AWS config with profiles, and folders of their own. */
  guest: {
    env: Environment;
    /** To be sourced by a shell. */
    file: string;
  };
};

const REGION = "eu-central-1";

export function createPlayground(machineEnv: Environment): Playground {
  const folder = mkdtempSync(join(tmpdir(), "metacred-demo-"));
  const aws = startMockAws();
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const configFile = file("config.toml", CONFIG);
  const awsConfig = file("aws-config", AWS_CONFIG);
  const awsKeys = file(
    "aws-credentials",
    `[corp]\naws_access_key_id = ${DEMO_USER.accessKeyId}\naws_secret_access_key = ${DEMO_USER.secretAccessKey}\n`,
  );
  for (const name of ["home", "guest"]) mkdirSync(join(folder, name), { mode: 0o700 });
  const plain = withoutAws(machineEnv);
  const guest = {
    METACRED_CONFIG: join(folder, "guest", "config.toml"),
    XDG_RUNTIME_DIR: join(folder, "guest"),
    XDG_STATE_HOME: join(folder, "guest"),
    AWS_CONFIG_FILE: awsConfig,
    AWS_SHARED_CREDENTIALS_FILE: awsKeys,
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: REGION,
    // botocore knows only this one.
    AWS_DEFAULT_REGION: REGION,
    NO_PROXY: "127.0.0.1,169.254.169.254",
  };
  const lines = [
    // What the person's own shell says would win. fish has no `unset`.
    `test -z "$FISH_VERSION" && unset ${RIVALS.join(" ")}\n`,
    `test -n "$FISH_VERSION" && set -e ${RIVALS.join(" ")}\n`,
    ...Object.entries(guest).map(([name, value]) => `export ${name}='${value}'\n`),
  ];
  return {
    aws,
    region: REGION,
    guest: { env: { ...plain, ...guest }, file: file("env", lines.join("")) },
    env: {
      ...plain,
      METACRED_CONFIG: configFile,
      XDG_RUNTIME_DIR: folder,
      XDG_STATE_HOME: folder,
      AWS_CONFIG_FILE: awsConfig,
      AWS_SHARED_CREDENTIALS_FILE: awsKeys,
      AWS_ENDPOINT_URL_STS: aws.url,
      AWS_ENDPOINT_URL_SIGNIN: aws.url,
    },
    clientEnv: (endpoint) => ({
      ...plain,
      HOME: join(folder, "home"),
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint,
      AWS_EC2_METADATA_V1_DISABLED: "true",
      AWS_ENDPOINT_URL_STS: aws.url,
    }),
    async [Symbol.asyncDispose]() {
      await aws.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const CONFIG = `default_role = "dev"
base = "corp"

[imds]
port = 25790

[secrets]
store = "memory"

[roles.dev]
role_arn = "${DEMO_ROLES.developer}"

[roles.prod-readonly]
role_arn = "${DEMO_ROLES.readOnly}"
`;

const AWS_CONFIG = `[profile corp]
region = ${REGION}

[profile dev]
role_arn = ${DEMO_ROLES.developer}
source_profile = corp

[profile prod-readonly]
role_arn = ${DEMO_ROLES.readOnly}
source_profile = corp
`;

// What would make a client look elsewhere, or send loopback requests to a proxy.
function withoutAws(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith("AWS_") && !/^(https?|all)_proxy$/i.test(name)) kept[name] = value;
  }
  return kept;
}
