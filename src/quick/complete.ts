// Names for the shells' completions, in milliseconds: the files are skimmed for headings, not parsed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";

/** `roles` or `profiles`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string): Promise<number> {
  const profiles = profileNames(context);
  const names = kind === "roles" ? [...roleTables(context), ...profiles] : kind === "profiles" ? profiles : [];
  process.stdout.write(
    [...new Set(names)]
      .toSorted()
      .map((name) => `${name}\n`)
      .join(""),
  );
  return EXIT.ok;
}

function roleTables({ paths }: Context): string[] {
  const headings = read(paths.configFile).matchAll(/^\s*\[\s*roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*\]/gm);
  return [...headings].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function profileNames({ env, home }: Context): string[] {
  const config = read(env["AWS_CONFIG_FILE"] || join(home, ".aws", "config"));
  const keys = read(env["AWS_SHARED_CREDENTIALS_FILE"] || join(home, ".aws", "credentials"));
  return [
    ...[...config.matchAll(/^\[\s*(?:profile\s+(?:"([^"]+)"|'([^']+)'|([^\]]+?))|(default))\s*\]/gm)].map(
      (match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? "",
    ),
    ...[...keys.matchAll(/^\[\s*([^\]]+?)\s*\]/gm)].map((match) => match[1] ?? ""),
  ];
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
