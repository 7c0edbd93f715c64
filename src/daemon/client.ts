// The CLI's end of the control socket. Part of every quick command, so it imports next to nothing.
import { CliError, EXIT, type ExitCode } from "../errors.ts";
import type { RedirectTool } from "../redirect/plan.ts";
import { jsonOf } from "../sys/json.ts";
import { type SocketAnswer, SocketTimeout, askSocket } from "./ask-socket.ts";
import {
  type CallersAnswer,
  type ContainerAnswer,
  type CredentialsAnswer,
  type CredentialsWish,
  type ErrorAnswer,
  type NetAnswer,
  type NetPlanAnswer,
  PATHS,
  type Status,
  type UseAnswer,
  type UseWish,
} from "./protocol.ts";
import { stoppedDaemon } from "./stopped-daemon.ts";

export type Control = {
  status(limitMs?: number): Promise<Status>;
  stop(): Promise<void>;
  use(role: string, wish?: UseWish): Promise<UseAnswer>;
  credentials(role: string | undefined, wish: CredentialsWish): Promise<CredentialsAnswer>;
  /** `pid`: while that process lives, the role is kept ready for it. */
  container(role: string | undefined, pid: number, granted?: boolean): Promise<ContainerAnswer>;
  /** Who has asked; with `after`, who has since, which may take a while. */
  callers(after?: number): Promise<CallersAnswer>;
  /** A code for the role that is served. */
  mfa(code: string): Promise<Status>;
  /** A sign-in, by its key, has begun or ended. `token`: for a daemon that keeps secrets in memory alone. */
  signedIn(key: string, token: string | undefined): Promise<void>;
  signedOut(key: string): Promise<void>;
  /** `offer`: a pipe of that daemon's waits for root's part from now on. */
  netPlan(offer: boolean): Promise<NetPlanAnswer>;
  netUp(method: RedirectTool): Promise<NetAnswer>;
  netDown(): Promise<NetAnswer>;
};

/** Every call throws `CliError` with exit 3 when no daemon listens on the socket. */
export function controlClient(socketFile: string): Control {
  const ask = async (
    method: "GET" | "POST",
    path: string,
    body?: unknown,
    limitMs = LIMITS_MS[path] ?? LONGEST_MS,
  ): Promise<unknown> => {
    const answer = await request(socketFile, method, path, body, limitMs);
    if (answer.status === 200) return bodyOf(answer);
    // A daemon that failed over the request answers without a body.
    throw errorOf(jsonOf(answer.body));
  };
  return {
    status: async (limitMs) => (await ask("GET", PATHS.status, undefined, limitMs)) as Status,
    stop: async () => void (await ask("POST", PATHS.stop)),
    use: async (role, { granted, forSeconds, mfaCode } = {}) =>
      (await ask("POST", PATHS.use, { role, granted, for_seconds: forSeconds, mfa_code: mfaCode })) as UseAnswer,
    credentials: async (role, { command, granted, within }) =>
      (await ask("POST", PATHS.credentials, { role, granted, command, within })) as CredentialsAnswer,
    container: async (role, pid, granted) =>
      (await ask("POST", PATHS.container, { role, pid, granted })) as ContainerAnswer,
    callers: async (after) => (await ask("POST", PATHS.callers, { after })) as CallersAnswer,
    mfa: async (code) => (await ask("POST", PATHS.mfa, { code })) as Status,
    signedIn: async (key, token) =>
      void (await ask("POST", PATHS.signedIn, token === undefined ? { key } : { key, token })),
    signedOut: async (key) => void (await ask("POST", PATHS.signedOut, { key })),
    netPlan: async (offer) => (await ask("POST", PATHS.netPlan, { offer })) as NetPlanAnswer,
    netUp: async (method) => (await ask("POST", PATHS.netUp, { method })) as NetAnswer,
    netDown: async () => (await ask("POST", PATHS.netDown, {})) as NetAnswer,
  };
}

/** The daemon's status, or undefined when none runs. */
export function statusIfRunning(socketFile: string, limitMs?: number): Promise<Status | undefined> {
  return ifRunning(controlClient(socketFile).status(limitMs));
}

/** What the daemon answers, or undefined when none runs. */
export async function ifRunning<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.notRunning) return undefined;
    throw error;
  }
}

// Fetching a role may take its round trips to AWS, which the daemon itself ends after a minute.
const LONGEST_MS = 75_000;
const LIMITS_MS: Readonly<Record<string, number>> = { [PATHS.status]: 3000, [PATHS.stop]: 15_000 };

async function request(
  socketFile: string,
  method: "GET" | "POST",
  path: string,
  body: unknown,
  limitMs: number,
): Promise<SocketAnswer> {
  const folder = socketFile.slice(0, socketFile.lastIndexOf("/"));
  if (mayBeForeign(folder)) await refuseForeignFolder(folder);
  try {
    return await askSocket(socketFile, {
      method,
      path,
      body: body === undefined ? undefined : JSON.stringify(body),
      limitMs,
      whenLate: stoppedError,
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (error instanceof SocketTimeout) {
      // By its own name, which `serve` in the foreground has as well, and without a word: it would not hear one.
      throw new CliError("metacred runs, but does not answer", {
        hint: "pkill -9 -x -U $(id -u) metacred",
        cause: error,
      });
    }
    throw new CliError("metacred is not running", {
      hint: "metacred serve --background",
      exit: EXIT.notRunning,
      cause: error,
    });
  }
}

function stoppedError(): CliError | undefined {
  const pid = stoppedDaemon();
  if (pid === undefined) return undefined;
  return new CliError(`metacred is stopped (pid ${pid}), as by Ctrl-Z: it answers nobody`, {
    hint: `kill -CONT ${pid}, or bg in its terminal`,
  });
}

// root may ask anybody's, and into the folder that the system makes for a user at login nobody else can come: a look takes
// a tenth of a `status`.
function mayBeForeign(folder: string): boolean {
  const uid = process.getuid?.();
  return uid !== undefined && uid !== 0 && folder !== `/run/user/${uid}/metacred`;
}

// XDG_RUNTIME_DIR may lead into a folder where somebody else listens, to hear MFA codes and to hand out roles of its own.
// The look is Bun's own: node:fs takes a quarter of a `status` to load.
async function refuseForeignFolder(folder: string): Promise<void> {
  const uid = process.getuid?.();
  const entry = await Bun.file(folder)
    .stat()
    .catch(() => undefined);
  if (entry === undefined || (entry.uid === uid && (entry.mode & 0o022) === 0)) return;
  const [problem, hint] =
    entry.uid === uid
      ? ["may be written by other users", `chmod 700 ${folder}`]
      : [`belongs to another user (uid ${entry.uid})`, `export XDG_RUNTIME_DIR=/run/user/${uid}`];
  throw new CliError(`${folder}, where metacred's control socket would be, ${problem}`, { hint });
}

function bodyOf({ body, isWhole }: SocketAnswer): unknown {
  if (!isWhole) {
    throw new CliError("metacred ended in the middle of its answer", {
      hint: "metacred serve --background",
      exit: EXIT.notRunning,
    });
  }
  const data = jsonOf(body);
  if (data === undefined) throw errorOf(undefined);
  return data;
}

function errorOf(data: unknown): CliError {
  const { error } = (data ?? {}) as Partial<ErrorAnswer>;
  return new CliError(error?.message ?? "the daemon gave an answer that this version does not know", {
    hint: error?.hint ?? "metacred stop; metacred serve --background",
    exit: (error?.exit ?? EXIT.failure) as ExitCode,
    confirm: error?.confirm,
    needs: error?.needs,
  });
}
