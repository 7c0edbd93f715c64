// Shows a secret address in this user's browser. A program's arguments can be read by everybody on the machine, so the
// browser is started with a page of ours, which sends it on: once, and nobody but this user.
import { randomBytes } from "node:crypto";
import type { CallerFinder } from "../callers/find-caller.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { HttpResponse } from "../http/message.ts";
import { listenHttp } from "../http/server.ts";
import { whoConnects } from "./who-connects.ts";

type Deps = {
  context: Pick<Context, "clock" | "platform" | "uid">;
  /** Starts the browser; false where there is none. */
  open(url: string): boolean;
  /** Called once where the browser takes longer than a person would wonder. */
  waiting(): void;
  findCaller?: CallerFinder;
};

const LISTEN = { maxBodyBytes: 0, idleMs: 10_000, maxConnections: 16 };
const SECRET_BYTES = 32;
const LIMIT_MS = 60_000;
const WONDER_MS = 3000;

/** Resolves when the browser has been sent on; throws with `hint` where none came. */
export async function openOnce(address: string, hint: string, deps: Deps): Promise<void> {
  const { context, open, waiting } = deps;
  const { clock } = context;
  const who = whoConnects(context, deps.findCaller);
  const path = `/${randomBytes(SECRET_BYTES).toString("base64url")}`;
  const came = Promise.withResolvers<"came" | "late">();
  let isUsed = false;
  const server = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      ...LISTEN,
      accept: (peer) => who(peer) === "own" || undefined,
      handle({ method, target }): HttpResponse {
        if (method !== "GET" || target !== path || isUsed) return { status: 404, close: true };
        isUsed = true;
        came.resolve("came");
        const headers = [
          ["Location", address],
          ["Cache-Control", "no-store"],
          ["Referrer-Policy", "no-referrer"],
        ] as const;
        return { status: 303, headers, close: true };
      },
    },
  );
  const timers = [clock.after(WONDER_MS, waiting), clock.after(LIMIT_MS, () => came.resolve("late"))];
  try {
    if (!open(`http://127.0.0.1:${server.port}${path}`)) throw new CliError("no browser could be started", { hint });
    if ((await came.promise) === "late") throw new CliError("the browser did not open the page", { hint });
  } finally {
    for (const cancel of timers) cancel();
    await server.stop();
  }
}
