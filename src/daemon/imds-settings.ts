// What the metadata service takes from the configuration, made once at start and at every reload, since it reads a file
// and a request waits for memory alone.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ImdsConfig } from "../config/imds-schema.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import { ownMetadata, ROLE_NAME } from "../imds/metadata.ts";
import { whyNotAdded, withMoreLeaves } from "../imds/more-leaves.ts";
import type { ImdsInstance } from "../imds/view.ts";
import type { Clock } from "../sys/clock.ts";
import { instanceFacts, scenarioText } from "./instance.ts";

export type ImdsSettings = {
  instance: ImdsInstance;
  httpTokens: "required" | "optional";
  enabled: boolean;
  serverHeader: boolean;
  /** 0: as the system has it. */
  hopLimit: number;
};

type Deps = { host: string; uid: number; configFile: string; home: string; clock: Pick<Clock, "now"> };

/** The returned function throws a `CliError` where the configuration asks for what cannot be served. */
export function createImdsSettings({ host, uid, configFile, home, clock }: Deps): (imds: ImdsConfig) => ImdsSettings {
  let scenario: { text: string; since: Date } | undefined;
  return (imds) => {
    const text = scenarioText(imds);
    const since = scenario?.text === text ? scenario.since : clock.now();
    const userData = imds.user_data === undefined ? undefined : readUserData(imds.user_data, { configFile, home });
    const instance = instanceFacts(imds, { machine: { host, uid }, userData, since });
    refuseMetadata(instance);
    scenario = { text, since };
    const { http_tokens: httpTokens, enabled, server_header: serverHeader, hop_limit: hopLimit } = imds;
    return { instance, httpTokens, enabled, serverHeader, hopLimit };
  };
}

// --- internal ---

// EC2's own limit (EC2 User Guide, "instance user data").
const MAX_USER_DATA_BYTES = 16_384;

/** Relative to the config's own folder. */
function readUserData(
  file: string,
  { configFile, home }: { configFile: string; home: string },
): Uint8Array | undefined {
  const path = file.startsWith("~/") ? resolve(home, file.slice(2)) : resolve(dirname(configFile), file);
  const bytes = read(path);
  if (bytes.length <= MAX_USER_DATA_BYTES) return bytes.length === 0 ? undefined : bytes;
  throw new CliError(`imds.user_data is ${bytes.length} bytes: EC2 allows ${MAX_USER_DATA_BYTES}`, {
    hint: `shorten ${path}, or have it fetch the rest`,
    exit: EXIT.usage,
  });
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(`cannot read imds.user_data: ${messageOf(error)}`, {
      hint: `write ${path}, or correct user_data in [imds]`,
      exit: EXIT.usage,
      cause: error,
    });
  }
}

function refuseMetadata(instance: ImdsInstance): void {
  const paths = Object.keys(instance.more ?? {});
  if (paths.length === 0) return;
  let root = ownMetadata(instance, { roleName: ROLE_NAME, extended: true });
  for (const path of paths) {
    const reason = whyNotAdded(root, path);
    root = withMoreLeaves(root, { [path]: "" });
    if (reason === undefined) continue;
    throw new CliError(`"${path}" in [imds.metadata] ${reason}`, {
      hint: "write a path below meta-data that is not there yet, such as placement/group-name",
      exit: EXIT.usage,
    });
  }
}
