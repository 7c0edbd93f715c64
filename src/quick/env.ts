// `env`: a role's credentials as lines for a shell to evaluate.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { knownWord } from "../known-word.ts";
import { print } from "../print.ts";
import { withAgreement } from "./agree.ts";
import { credentialsFor } from "./credential-process.ts";
import { RIVALS, type Variables, keyVariables } from "./variables.ts";

export const ENV_FORMATS = ["sh", "fish", "powershell", "dotenv"] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];

export type EnvOptions = { role: string | undefined; format: string | undefined; json: boolean };

export async function printEnv(context: Context, { role, format = "sh", json }: EnvOptions): Promise<number> {
  const known = knownWord(format, ENV_FORMATS, {
    message: `there is no format "${format}"`,
    before: "metacred env --format",
  });
  const variables = keyVariables(
    await withAgreement(context, false, (granted) => credentialsFor(context, role, { command: "env", granted })),
  );
  await print(json ? `${JSON.stringify(variables)}\n` : renderEnv(variables, known));
  return EXIT.ok;
}

/** What would win over the new variables in some SDK is unset first; a file of variables cannot do that. */
export function renderEnv(variables: Variables, format: EnvFormat): string {
  const rivals = RIVALS.filter((name) => !Object.hasOwn(variables, name));
  const lines = Object.entries(variables).map(([name, value]) => LINE[format](name, value));
  return [...UNSET[format](rivals), ...lines].map((line) => `${line}\n`).join("");
}

// --- internal ---

const LINE: Readonly<Record<EnvFormat, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", String.raw`\'`)}'`,
  // PowerShell takes typographic quotes for quotes.
  powershell: (name, value) => `$Env:${name} = '${value.replaceAll(/['\u2018-\u201B]/g, "$&$&")}'`,
  // Docker takes everything behind the sign as it is.
  dotenv: (name, value) => `${name}=${value}`,
};

const UNSET: Readonly<Record<EnvFormat, (names: readonly string[]) => string[]>> = {
  sh: (names) => [`unset ${names.join(" ")}`],
  fish: (names) => names.map((name) => `set -e ${name}`),
  powershell: (names) => names.map((name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`),
  dotenv: () => [],
};
