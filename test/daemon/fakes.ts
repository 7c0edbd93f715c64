// Plain objects in place of what the daemon is handed.
import * as v from "valibot";
import { type Session, credentials } from "../../src/aws/credentials.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";
import { type Log, createLog } from "../../src/output.ts";
import type { RoleSpec } from "../../src/roles/role-spec.ts";
import type { SessionState } from "../../src/sessions/entry.ts";

export const NOW = new Date("2026-01-01T00:00:00Z");
export const ROLE_ARN = "arn:aws:iam::111122223333:role/team/Developer";

export function configOf(document: object = {}): Config {
  return v.parse(configSchema, document);
}

/** A log whose lines, without the time, are kept. */
export function keptLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.slice(line.indexOf(" ") + 1));
  return { log: createLog({ level: "debug", format: "text", now: () => NOW, write }), lines };
}

export function roleSpec(change: Partial<RoleSpec> = {}): RoleSpec {
  return {
    name: "dev",
    base: { kind: "profile", profile: "corp", identity: "" },
    steps: [{ roleArn: ROLE_ARN, sessionName: "ann-desk", durationSeconds: 3600 }],
    region: "eu-central-1",
    ...change,
  };
}

export function liveSession(change: Partial<Session> = {}): Session {
  return {
    credentials: credentials({ accessKeyId: "ASIA", secretAccessKey: "s", sessionToken: "t" }),
    obtainedAt: NOW,
    expiration: new Date("2026-01-01T01:00:00Z"),
    arn: "arn:aws:sts::111122223333:assumed-role/Developer/ann-desk",
    accountId: "111122223333",
    ...change,
  };
}

export function sessionState(change: Partial<SessionState> = {}): SessionState {
  return { session: undefined, nextRefreshAt: undefined, lastError: undefined, limitedByUpstream: false, ...change };
}
