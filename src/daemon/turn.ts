// Without a daemon each process looks for itself whether somebody is signed in. Forty that start at once shall not all load
// the AWS SDK and ask the keychain for what is not there: one looks, the others wait for its answer. An answer holds as
// long as nothing of what it was found in has changed.
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";
import { type Release, tryLock } from "../sys/process-lock.ts";
import { readJson } from "../sys/read-file.ts";
import { helpsLogin } from "./ask-person.ts";
import { factsOf } from "./sign-in-facts.ts";

export type Turn = {
  /** Somebody is signed in, or need not be: the others go on at once, all of them. */
  goOn(): void;
  /** Where somebody must sign in, the others have the same answer; whatever else it was, they go on. */
  failed(error: unknown): void;
  /** Without an answer the next one looks. */
  end(): void;
};

/** First the role that is asked for, before anything is loaded; then the sign-in that it turns out to rest on. */
export type Subject = { role: string | null } | { signIn: string };

type TurnContext = Pick<Context, "env" | "home" | "paths" | "clock">;

// What the facts cannot show, such as another token in the keychain by another hand, shows after this time.
const NEED_MS = 30_000;
const GO_ON_MS = 2000;
const WAIT_LIMIT_MS = 5000;
const POLL_MS = 20;

const answerSchema = v.object({
  facts: v.string(),
  at: v.number(),
  need: v.nullable(v.object({ message: v.string(), hint: v.string() })),
});
type Answer = v.InferOutput<typeof answerSchema>;

/** Resolves when this process may look; throws what another one has just found for the same. */
export async function takeTurn(context: TurnContext, subject: Subject): Promise<Turn> {
  const { clock, paths } = context;
  const name = createHash("sha256").update(JSON.stringify(subject)).digest("hex").slice(0, 16);
  const file = join(paths.stateDir, `turn-${name}.json`);
  const untilMs = clock.monotonicMs() + WAIT_LIMIT_MS;
  for (;;) {
    if (answered(file, context)) return NOBODY_WAITS;
    const release = lockOf(file);
    if (release === "impossible") return NOBODY_WAITS;
    if (release !== undefined) return begin(file, release, context);
    if (clock.monotonicMs() > untilMs) return NOBODY_WAITS;
    await Bun.sleep(POLL_MS);
  }
}

// --- internal ---

const NOBODY_WAITS: Turn = { goOn() {}, failed() {}, end() {} };

function begin(file: string, release: Release, context: TurnContext): Turn {
  try {
    // Another one may have answered and gone since the first look.
    if (answered(file, context)) {
      release();
      return NOBODY_WAITS;
    }
  } catch (error) {
    release();
    throw error;
  }
  // Of before the search: a sign-in that ends meanwhile makes the answer worthless, as it must.
  const facts = factsOf(context);
  let isOver = false;
  const end = (need?: Answer["need"]) => {
    if (isOver) return;
    isOver = true;
    try {
      if (need !== undefined)
        writePrivateFile(file, `${JSON.stringify({ facts, at: context.clock.now().getTime(), need })}\n`);
    } catch {
      // A folder that cannot be written to leaves each process to itself.
    }
    release();
  };
  return {
    goOn: () => end(null),
    failed(error) {
      const isLogin = error instanceof CliError && helpsLogin(error);
      end(isLogin ? { message: error.message, hint: error.hint ?? "" } : null);
    },
    end: () => end(),
  };
}

/** True: go on. Throws where somebody must sign in. False: nobody knows. */
function answered(file: string, context: TurnContext): boolean {
  const result = v.safeParse(answerSchema, readJson(file));
  if (!result.success) return false;
  const { at, need, facts } = result.output;
  const ageMs = context.clock.now().getTime() - at;
  if (ageMs < 0 || ageMs > (need === null ? GO_ON_MS : NEED_MS) || facts !== factsOf(context)) return false;
  if (need !== null) throw new CliError(need.message, { hint: need.hint, exit: EXIT.needsPerson });
  return true;
}

function lockOf(file: string): Release | undefined | "impossible" {
  try {
    return tryLock(`${file}.lock`);
  } catch {
    return "impossible";
  }
}
