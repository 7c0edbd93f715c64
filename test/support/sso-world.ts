// A user's machine with an SSO session in the AWS config and a browser that does as the mock's person says.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SsoOptions } from "../../src/demo/sso-world.ts";
import { fakeDesktop } from "./fake-desktop.ts";
import { type Result, type World, testWorld } from "./world.ts";

export const SSO_PROFILES = `[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
sso_registration_scopes = sso:account:access
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Developer
region = eu-central-1
[profile on-top]
role_arn = arn:aws:iam::222233334444:role/ReadOnly
source_profile = dev
`;
export const SSO_CONFIG = `base = "dev"\n[secrets]\nstore = "file"\n`;

export type SsoWorld = World & {
  /** `metacred …`, with a browser and desktop notices. */
  as(words: readonly string[], env?: Record<string, string>): Promise<Result>;
  /** Addresses that the browser was told to open. */
  opened(): string[];
  notices(): string[];
};

type Options = { config?: string; sso?: SsoOptions; awsConfig?: string; awsAheadMs?: number };

export async function ssoWorld({
  config = SSO_CONFIG,
  awsConfig = SSO_PROFILES,
  sso = {},
  awsAheadMs = 0,
}: Options = {}): Promise<SsoWorld> {
  const world = await testWorld({ config, awsConfig, sso, awsAheadMs });
  const script = (name: string, text: string) => {
    const file = world.file(name, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const openedFile = join(world.folder, "opened");
  const BROWSER = script("bin/browser", `echo "$1" >> ${openedFile}\nexec curl -sL -o /dev/null "$1"`);
  const desktop = fakeDesktop(world.file);
  const env = { BROWSER, PATH: desktop.PATH };
  return {
    ...world,
    as: (words, more = {}) => world.metacred(words, { env: { ...env, ...more } }),
    opened: () => linesOf(openedFile),
    notices: desktop.notices,
  };
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
}

export type Timed = Result & { ms: number };

/** Forty programs that ask at once, as a build does. `@` in their words is the number of each. */
export function fortyAtOnce(as: SsoWorld["as"], words: readonly string[]): Promise<Timed[]> {
  return Promise.all(
    Array.from({ length: 40 }, async (_, number) => {
      const startedMs = performance.now();
      const result = await as(words.map((word) => word.replace("@", String(number))));
      return { ...result, ms: performance.now() - startedMs };
    }),
  );
}

export const slowestMs = (runs: readonly Timed[]) => Math.max(...runs.map(({ ms }) => ms));
