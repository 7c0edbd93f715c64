// The AWS CLI's token cache, ~/.aws/sso/cache: read for the entry that fits, written back in the same form.
import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type SsoSession, scopesOf } from "../aws/sso-session.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";
import { readJson } from "../sys/read-file.ts";
import { type KeptToken, type SsoToken, fieldsOf, readToken, tokenOf } from "./token.ts";

export type CliCache = {
  find(session: SsoSession): { file: string; token: SsoToken } | undefined;
  /** Changes the token in a file and leaves whatever else stands in it. */
  write(file: string, session: SsoSession, token: SsoToken): void;
  /** Where the CLI itself keeps this sign-in. */
  fileOf(session: SsoSession): string;
  remove(file: string): void;
};

export function cliCache(home: string): CliCache {
  const folder = join(home, ".aws", "sso", "cache");
  // The CLI names the file by the session, or by the start URL in the legacy form (botocore/utils.py, SSOTokenLoader).
  const fileOf = ({ name, startUrl }: SsoSession) =>
    join(
      folder,
      `${createHash("sha1")
        .update(name ?? startUrl)
        .digest("hex")}.json`,
    );
  return {
    fileOf,
    find(session) {
      const own = fileOf(session);
      const others = entriesOf(folder).filter((file) => file !== own);
      for (const file of [own, ...others]) {
        const kept = readToken(readJson(file));
        if (kept === undefined || !isOf(kept, session)) continue;
        const scopes = kept.scopes ?? scopesOfClient(kept.clientId, folder);
        if (fits(scopes, session, file === own)) return { file, token: tokenOf(kept) };
      }
      return undefined;
    },
    write(file, session, token) {
      const before = readJson(file);
      const rest = typeof before === "object" && before !== null ? before : {};
      writePrivateFile(file, `${JSON.stringify({ ...rest, ...fieldsOf(session, token) }, undefined, 2)}\n`);
    },
    remove: (file) => rmSync(file, { force: true }),
  };
}

function isOf(kept: KeptToken, { startUrl, region }: SsoSession): boolean {
  const plain = (url: string) => url.replace(/[/#]+$/, "");
  return plain(kept.startUrl) === plain(startUrl) && kept.region === region;
}

// Editors keep tokens for the same start URL that open no accounts, which is why the scopes count. The CLI's own file
// for this very session need not say them: whoever writes it asked for those of the session.
function fits(scopes: readonly string[] | undefined, session: SsoSession, isOwnFile: boolean): boolean {
  if (scopes === undefined) return isOwnFile;
  return scopesOf(session).every((scope) => scopes.includes(scope));
}

// Tokens do not name their scopes; the registration of their client, a file beside, does.
function scopesOfClient(clientId: string | undefined, folder: string): string[] | undefined {
  if (clientId === undefined) return undefined;
  for (const file of entriesOf(folder)) {
    const data = readJson(file) as { clientId?: unknown; accessToken?: unknown; scopes?: unknown } | undefined;
    if (data?.clientId !== clientId || data.accessToken !== undefined || !Array.isArray(data.scopes)) continue;
    return data.scopes.filter((scope) => typeof scope === "string");
  }
  return undefined;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
