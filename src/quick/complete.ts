// Names for the shells' completions, in milliseconds: the files are skimmed for headings, not parsed.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { print } from "../print.ts";

/** `roles` or `profiles`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string): Promise<number> {
  const [roles, profiles] = await Promise.all([kind === "roles" ? roleNames(context) : [], profileNames(context)]);
  const names = kind === "roles" ? [...roles, ...profiles] : kind === "profiles" ? profiles : [];
  await print(
    [...new Set(names)]
      .toSorted()
      .map((name) => `${name}\n`)
      .join(""),
  );
  return EXIT.ok;
}

// Tables of the config, and the pairs of SSO as `metacred roles` listed them the last time.
async function roleNames({ paths }: Context): Promise<string[]> {
  const [config, pairs] = await Promise.all([read(paths.configFile), read(paths.pairNamesFile)]);
  const headings = config.matchAll(/^\s*\[\s*roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*\]/gm);
  return [
    ...[...headings].map((match) => match[1] ?? match[2] ?? match[3] ?? ""),
    ...pairs.split("\n").filter((name) => name !== ""),
  ];
}

async function profileNames({ env, home }: Context): Promise<string[]> {
  const [config, keys] = await Promise.all([
    read(env["AWS_CONFIG_FILE"] || `${home}/.aws/config`),
    read(env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`),
  ]);
  return [
    ...[...config.matchAll(/^\[\s*(?:profile\s+(?:"([^"]+)"|'([^']+)'|([^\]]+?))|(default))\s*\]/gm)].map(
      (match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? "",
    ),
    ...[...keys.matchAll(/^\[\s*([^\]]+?)\s*\]/gm)].map((match) => match[1] ?? ""),
  ];
}

async function read(file: string): Promise<string> {
  try {
    return await Bun.file(file).text();
  } catch {
    return "";
  }
}
