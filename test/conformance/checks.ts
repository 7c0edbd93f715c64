// The checks of one client, each a cell of the matrix.
import type { World } from "../support/world.ts";
import { type Asked, askClient, REGION, TOLD_NOTHING } from "./ask-client.ts";
import { type Cell, failed, ok } from "./cell.ts";
import type { Check, Client } from "./clients.ts";
import type { Prepared } from "./prepare.ts";

/** A running daemon that serves dev. */
export type Scene = { world: World; endpoint: string };

type Task = (scene: Scene, prepared: Prepared) => Promise<Cell>;

const DEVELOPER = /^arn:aws:sts::111122223333:assumed-role\/Developer\//;
const READ_ONLY = /^arn:aws:sts::222233334444:assumed-role\/ReadOnly\//;
const SIGNED_OUT_LIMIT_MS = 10_000;

// Another role than the active one, and no metadata service to fall back to.
const ofItsOwn = (world: World, prepared: Prepared) =>
  askClient(world, prepared, "whoami", { ...TOLD_NOTHING, ...REGION, AWS_EC2_METADATA_DISABLED: "true" }, [
    world.binary,
    "exec",
    "--role",
    "prod-readonly",
    "--",
  ]);

/** While a role is served. */
export const SIGNED_IN: Partial<Record<Check, Task>> = {
  credentials: async ({ world, endpoint }, prepared) =>
    cellOf(await askClient(world, prepared, "whoami", { ...atEndpoint(endpoint), ...REGION }), DEVELOPER),
  region: async ({ world, endpoint }, prepared) =>
    cellOf(await askClient(world, prepared, "region", atEndpoint(endpoint)), /^eu-central-1$/),
  identity: async ({ world, endpoint }, prepared) =>
    cellOf(
      await askClient(world, prepared, "identity", { ...atEndpoint(endpoint), ...REGION }),
      /^111122223333 eu-central-1$/,
    ),
  container: async ({ world }, prepared) => cellOf(await ofItsOwn(world, prepared), READ_ONLY),
  process: async ({ world }, prepared) => {
    const command = `${world.binary} credential-process --role prod-readonly`;
    const config = world.file("aws/process", `[profile metacred]\ncredential_process = ${command}\n`);
    // JavaScript v2 reads no config file unless it is told to, Java v1 has a variable of its own for it.
    const profile = {
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: "metacred",
      AWS_SDK_LOAD_CONFIG: "1",
      AWS_CREDENTIAL_PROFILES_FILE: config,
    };
    const env = { ...TOLD_NOTHING, ...REGION, ...profile };
    return cellOf(await askClient(world, prepared, "whoami", { ...env, AWS_EC2_METADATA_DISABLED: "true" }), READ_ONLY);
  },
};

/** After `use none`: no role is listed, as where an SSO session has ended. */
export const signedOut: Task = async ({ world, endpoint }, prepared) => {
  const asked = await askClient(world, prepared, "whoami", { ...atEndpoint(endpoint), ...REGION });
  const { ms, value, detail } = asked;
  if (asked.ok) return failed(`it still is ${value}`);
  if (!/credential|role/i.test(detail)) return failed(`it does not speak of credentials: ${detail}`);
  if (ms > SIGNED_OUT_LIMIT_MS) return failed(`it took ${(ms / 1000).toFixed(1)} s to say: ${detail}`);
  return ok(`${(ms / 1000).toFixed(1)} s`);
};

/** At the real address, in a namespace: the client is told nothing at all. */
export const redirected = async (world: World, prepared: Prepared): Promise<Cell> =>
  cellOf(await askClient(world, prepared, "whoami", { ...TOLD_NOTHING, ...REGION }), DEVELOPER);

/** At the address of an agent, in a namespace. */
export const atAgent = async (world: World, prepared: Prepared): Promise<Cell> =>
  cellOf(await ofItsOwn(world, prepared), READ_ONLY);

/** What a client has no words for is no failure. */
export function absence({ without }: Client, check: Check): Cell | undefined {
  const why = without[check];
  return why === undefined ? undefined : { state: "none", why };
}

// --- internal ---

function atEndpoint(endpoint: string): Record<string, string> {
  return { ...TOLD_NOTHING, AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint };
}

function cellOf(asked: Asked, expected: RegExp): Cell {
  if (!asked.ok) return failed(asked.detail);
  return expected.test(asked.value) ? ok() : failed(`it got ${asked.value}`);
}
