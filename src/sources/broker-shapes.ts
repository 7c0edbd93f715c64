// What brokers answer, read strictly: an unknown shape is an error, never credentials. Pure.
import * as v from "valibot";
import { type Session, credentials } from "../aws/credentials.ts";
import { jsonOf } from "../sys/json.ts";

// Leading and trailing white space would not survive a header, so it is no part of a key.
const key = v.pipe(v.string(), v.regex(/^\S+$/));

const document = v.object({
  // Absent from some brokers' answers; anything but success is a refusal.
  Code: v.optional(v.literal("Success")),
  AccessKeyId: key,
  SecretAccessKey: key,
  Token: key,
  // With fractions or without, but never without a zone: whose time would that be?
  Expiration: v.pipe(v.string(), v.isoTimestamp()),
});

// Names are printed, completed and typed: nothing in one may steer a terminal or begin another line.
const named = v.pipe(v.string(), v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u));
const accounts = v.record(named, v.union([v.array(named), v.object({ roles: v.array(named) })]));

export type BrokerOffer = { account?: string; role: string };

/** The credentials document of an instance metadata service. Undefined for anything else. */
export function readDocument(text: string, now: Date): Session | undefined {
  const parsed = v.safeParse(document, jsonOf(text));
  if (!parsed.success) return undefined;
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken, Expiration } = parsed.output;
  return {
    credentials: credentials({ accessKeyId, secretAccessKey, sessionToken }),
    obtainedAt: now,
    expiration: new Date(Expiration),
    arn: undefined,
    accountId: undefined,
  };
}

/** The code of a document that is a refusal, as `AssumeRoleUnauthorizedAccess`. */
export function readRefusal(text: string): string | undefined {
  const parsed = v.safeParse(v.object({ Code: v.pipe(v.string(), v.regex(/^\w{1,64}$/)) }), jsonOf(text));
  return parsed.success && parsed.output.Code !== "Success" ? parsed.output.Code : undefined;
}

/** One role name a line. Undefined for what is no such list; empty for an empty one. */
export function readRoleList(text: string): BrokerOffer[] | undefined {
  const names = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return names.every((name) => /^[\w+=,.@-]{1,64}$/.test(name)) ? names.map((role) => ({ role })) : undefined;
}

/** `{"account":["role"]}`, or with ids `{"account":{"id":"…","roles":["role"]}}`. */
export function readAccounts(text: string): BrokerOffer[] | undefined {
  const parsed = v.safeParse(accounts, jsonOf(text));
  if (!parsed.success) return undefined;
  return Object.entries(parsed.output).flatMap(([account, found]) =>
    (Array.isArray(found) ? found : found.roles).map((role) => ({ account, role })),
  );
}

/** The token of an instance metadata service; undefined where something else was answered. */
export function readToken(text: string): string | undefined {
  return /^[\x21-\x7e]{1,4096}$/.test(text) && !text.startsWith("<") ? text : undefined;
}
