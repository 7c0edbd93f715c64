// `keys`: IAM user keys and headers of brokers into the store and out of it.
import { credentials } from "../aws/credentials.ts";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { type Secrets, openSecrets } from "../secrets/open-secrets.ts";
import { type KeyIndex, addHeader, addKeys, readKeyIndex, removeKeys } from "../secrets/user-keys.ts";

type Say = (text: string) => void;

export type UserKeys = { accessKeyId: string; secretAccessKey: string };

export async function addUserKeys(context: Context, name: string, keys: UserKeys, say: Say): Promise<void> {
  const right = checked(keys);
  await addKeys(name, credentials({ ...right, sessionToken: undefined }), open(context, say), context.paths.stateDir);
}

export async function addBrokerHeader(context: Context, name: string, header: string, say: Say): Promise<void> {
  // What HTTP takes in a header (RFC 9110, 5.5); more than this no server takes.
  if (!/^[\t\x20-\x7e]{1,8192}$/.test(header)) {
    throw new CliError("this is no value of a header: it is empty, too long, or has more than one line", {
      hint: `metacred keys add ${name} --header`,
      exit: EXIT.usage,
    });
  }
  await addHeader(name, header, open(context, say), context.paths.stateDir);
}

export async function removeUserKeys(context: Context, name: string, say: Say): Promise<void> {
  await removeKeys(name, open(context, say), context.paths.stateDir);
}

export function listUserKeys({ paths }: Context): KeyIndex {
  return readKeyIndex(paths.stateDir);
}

function open(context: Context, say: Say): Secrets {
  const { store } = loadConfig(context.paths, context.uid).secrets;
  if (store === "memory") {
    throw new CliError('secrets.store = "memory" cannot keep keys', {
      hint: 'set secrets.store to "keychain" in the config',
      exit: EXIT.usage,
    });
  }
  return openSecrets(store, { ...context, patient: context.interactive, say });
}

// AKIA… is what IAM gives a user; ASIA… is a session's, which ends and is no use tomorrow.
function checked({ accessKeyId, secretAccessKey }: UserKeys): UserKeys {
  const wrong = !/^AKIA[A-Z0-9]{12,124}$/.test(accessKeyId)
    ? "the access key id of an IAM user has 16 or more capital letters and digits, and begins with AKIA"
    : /^[A-Za-z0-9/+=]{40}$/.test(secretAccessKey)
      ? undefined
      : "the secret access key has 40 letters, digits, / or +";
  if (wrong === undefined) return { accessKeyId, secretAccessKey };
  throw new CliError(`these are no keys of an IAM user: ${wrong}`, {
    hint: "metacred keys add NAME",
    exit: EXIT.usage,
  });
}
