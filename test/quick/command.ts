// The program from source as a child, beside a daemon that says what the test wants.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type ControlHandlers, listenControl } from "../../src/daemon/control.ts";
import { createLog } from "../../src/output.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

export type Result = { stdout: string; stderr: string; exitCode: number };

export type Desk = AsyncDisposable & {
  file(name: string, text: string): string;
  /** Further variables for the commands to come. */
  env: Record<string, string>;
  metacred(...words: string[]): Promise<Result>;
};

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Without handlers no daemon runs. What a handler does not do is unexpected. */
export function desk(handlers?: Partial<ControlHandlers>): Desk {
  const folder = scratchFolder();
  const run = join(folder.path, "run/metacred");
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const unexpected = () => Promise.reject(new Error("not expected"));
  const daemon =
    handlers &&
    listenControl(
      join(run, "control.sock"),
      {
        status: unexpected,
        stop: unexpected,
        use: unexpected,
        credentials: unexpected,
        container: unexpected,
        callers: unexpected,
        mfa: unexpected,
        signedIn: unexpected,
        signedOut: unexpected,
        net: { plan: unexpected, up: unexpected, down: unexpected },
        ...handlers,
      },
      {
        log: createLog({ level: "error", format: "text", now: () => new Date(), write: () => undefined }),
        ownerUid: process.getuid?.() ?? -1,
        peer: undefined,
      },
    );
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder.path,
    XDG_RUNTIME_DIR: join(folder.path, "run"),
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  };
  return {
    file: folder.file,
    env,
    async metacred(...words) {
      const child = Bun.spawn([process.execPath, MAIN, ...words], {
        env,
        cwd: folder.path,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [stdout, stderr, exitCode] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { stdout, stderr, exitCode };
    },
    async [Symbol.asyncDispose]() {
      await daemon?.stop();
      folder[Symbol.dispose]();
    },
  };
}
