// Live sessions across a restart: one item of the keychain, read once at the first fetch, written after each new session.
import * as v from "valibot";
import type { AwsTime } from "../aws/aws-time.ts";
import { type Session, credentials } from "../aws/credentials.ts";
import { ssoKey } from "../aws/sso-session.ts";
import { type BaseSpec, type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { thresholdMs } from "../sessions/schedule.ts";
import type { SessionSource } from "../sources/role-session.ts";
import type { Clock } from "../sys/clock.ts";

export type WarmSessions = {
  fetch: SessionSource["fetch"];
  /** Forgets what came from a sign-in. */
  dropSignIn(key: string): Promise<void>;
};

type Deps = {
  fetch: SessionSource["fetch"];
  /** Undefined: nothing is kept. */
  store: SecretStore | undefined;
  clock: Pick<Clock, "now" | "after">;
  /** By which what AWS has dated is compared, although no answer of AWS has told the time yet. */
  time: Pick<AwsTime, "anchor" | "recall">;
  bootId: string | undefined;
  earlyMs(): number;
  onProblem(error: unknown): void;
};

const ITEM = "sessions";
const instant = v.pipe(v.string(), v.isoTimestamp());
const keptSchema = v.object({
  signIn: v.nullable(v.string()),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
  sessionToken: v.string(),
  obtainedAt: instant,
  expiration: instant,
  arn: v.nullable(v.string()),
  accountId: v.nullable(v.string()),
  notices: v.optional(v.array(v.string())),
});
type Kept = v.InferOutput<typeof keptSchema>;
const anchorSchema = v.object({ awsMs: v.number(), wallMs: v.number(), uptimeMs: v.number() });
const itemSchema = v.object({
  bootId: v.nullable(v.string()),
  anchor: anchorSchema,
  sessions: v.record(v.string(), keptSchema),
});

export function warmSessions({ fetch, store, clock, time, bootId, earlyMs, onProblem }: Deps): WarmSessions {
  if (store === undefined) return { fetch, dropSignIn: async () => {} };
  const live = new Map<string, Kept>();
  // From the process before, each for one first fetch: a later one is asked for because the session is about to end.
  const warm = new Map<string, Kept>();
  let loading: Promise<void> | undefined;
  let signOuts = 0;
  let writing: Promise<unknown> = Promise.resolve();
  let isPlanned = false;

  const load = () => {
    loading ??= read(store).then((item) => {
      if (item === undefined) return;
      time.recall(item.anchor, item.bootId !== null && item.bootId === bootId);
      for (const [key, one] of Object.entries(item.sessions)) warm.set(key, one);
    }, onProblem);
    return loading;
  };
  const write = () => {
    const isLive = ([, { expiration }]: [string, Kept]) => new Date(expiration) > clock.now();
    const kept = Object.fromEntries([...warm, ...live].filter(isLive));
    const text = JSON.stringify({ bootId: bootId ?? null, anchor: time.anchor(), sessions: kept });
    writing = writing.then(() => store.set(ITEM, text)).catch(onProblem);
    return writing;
  };
  // Nobody waits for the keychain, and starting its child takes milliseconds: whoever waits for the session hears first.
  const writeSoon = () => {
    if (isPlanned) return;
    isPlanned = true;
    clock.after(0, () => {
      isPlanned = false;
      void write();
    });
  };
  return {
    async fetch(spec, signal) {
      if (!isKeepable(spec.base)) return fetch(spec, signal);
      const before = signOuts;
      await load();
      const key = sessionKey(spec);
      const kept = warm.get(key);
      warm.delete(key);
      const session = kept === undefined ? undefined : sessionOf(kept);
      if (kept !== undefined && session !== undefined && hasTime(session, clock.now(), earlyMs())) {
        live.set(key, kept);
        return session;
      }
      const fetched = await fetch(spec, signal);
      const next = keptOf(spec.base, fetched);
      // What was on its way when somebody signed out may come from that very sign-in.
      if (next !== undefined && before === signOuts) {
        live.set(key, next);
        writeSoon();
      }
      return fetched;
    },
    async dropSignIn(key) {
      signOuts++;
      await load();
      for (const all of [live, warm]) for (const [name, { signIn }] of all) if (signIn === key) all.delete(name);
      await write();
    },
  };
}

// The environment and a container may hold another identity by the next start, under the same words.
function isKeepable({ kind }: BaseSpec): boolean {
  return kind === "profile" || kind === "sso" || kind === "keychain";
}

async function read(store: SecretStore): Promise<v.InferOutput<typeof itemSchema> | undefined> {
  const text = await store.get(ITEM);
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), itemSchema), text);
  return result.success ? result.output : undefined;
}

function hasTime(session: Session, now: Date, earlyMs: number): boolean {
  const leftMs = (session.expiration?.getTime() ?? 0) - now.getTime();
  return leftMs > thresholdMs(session, earlyMs) && session.obtainedAt <= now;
}

function keptOf(base: RoleSpec["base"], session: Session): Kept | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  if (sessionToken === undefined || session.expiration === undefined) return undefined;
  return {
    signIn: base.kind === "sso" ? ssoKey(base.session) : null,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    obtainedAt: session.obtainedAt.toISOString(),
    expiration: session.expiration.toISOString(),
    arn: session.arn ?? null,
    accountId: session.accountId ?? null,
    ...(session.notices === undefined ? {} : { notices: [...session.notices] }),
  };
}

function sessionOf(kept: Kept): Session {
  const { accessKeyId, secretAccessKey, sessionToken } = kept;
  return {
    credentials: credentials({ accessKeyId, secretAccessKey, sessionToken }),
    obtainedAt: new Date(kept.obtainedAt),
    expiration: new Date(kept.expiration),
    arn: kept.arn ?? undefined,
    accountId: kept.accountId ?? undefined,
    ...(kept.notices === undefined ? {} : { notices: kept.notices }),
  };
}
