// The commands that prompts and scripts run all day, recognised before any parser is loaded: the parser alone would
// cost as much as the rest of `status`. Anything but these exact shapes goes the ordinary way.
import type { Context } from "./context.ts";
import { loadKeychain } from "./load-keychain.ts";
import { print } from "./print.ts";
import { printNames } from "./quick/complete.ts";
import { printEnv } from "./quick/env.ts";
import { printCredentialProcess } from "./quick/credential-process.ts";
import { STATUS_FLAGS, type StatusOptions, printStatus } from "./quick/status.ts";
import { switchRole } from "./quick/use.ts";
import { VERSION } from "./version.ts";

type Quick = (context: Context) => Promise<number>;

export function fastPath(head: readonly string[], hasTail: boolean): Quick | undefined {
  if (hasTail) return undefined;
  const [command, ...rest] = head;
  switch (command) {
    case "--version":
    case "-v":
      return rest.length === 0 ? printVersion : undefined;
    case "status":
      return statusOf(rest);
    case "use":
      return useOf(rest);
    case "credential-process":
      return credentialProcessOf(rest);
    case "env":
      return envOf(rest);
    case "__keychain":
      return async () => (await loadKeychain()).runKeychainChild();
    case "__complete":
      return (context) => printNames(context, rest[0] ?? "", rest[1] === "--described");
    default:
      return undefined;
  }
}

async function printVersion(): Promise<number> {
  await print(`${VERSION}\n`);
  return 0;
}

function statusOf(rest: readonly string[]): Quick | undefined {
  const options: StatusOptions = { json: false, check: false, format: undefined };
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index];
    if (word === STATUS_FLAGS.json) options.json = true;
    else if (word === STATUS_FLAGS.check) options.check = true;
    else if (word === STATUS_FLAGS.format && rest[index + 1] !== undefined) options.format = rest[++index];
    else return undefined;
  }
  return (context) => printStatus(context, options);
}

function useOf([role, ...more]: readonly string[]): Quick | undefined {
  if (!role || more.length > 0 || (role.startsWith("-") && role !== "-")) return undefined;
  return (context) => switchRole(context, role);
}

function credentialProcessOf(rest: readonly string[]): Quick | undefined {
  const values = valuesOf(rest, ["--role"]);
  return values && ((context) => printCredentialProcess(context, { role: values["--role"] }));
}

function envOf(rest: readonly string[]): Quick | undefined {
  const values = valuesOf(rest, ["--role", "--format"]);
  return (
    values && ((context) => printEnv(context, { role: values["--role"], format: values["--format"], json: false }))
  );
}

/** Flags and their values, where nothing else is there and each comes once. */
function valuesOf(words: readonly string[], flags: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (let index = 0; index < words.length; index += 2) {
    const [flag = "", value] = words.slice(index, index + 2);
    if (!flags.includes(flag) || !value || Object.hasOwn(values, flag)) return undefined;
    values[flag] = value;
  }
  return values;
}
