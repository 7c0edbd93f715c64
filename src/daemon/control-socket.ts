// The control socket over a daemon's life: opened beside that of an older one, which is told to end then, and opened anew
// where it has gone. systemd removes /run/user/UID at a user's last logout, and the daemon lives on.
import { existsSync, linkSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { CliError, messageOf } from "../errors.ts";
import type { HttpServer } from "../http/server.ts";
import type { Log } from "../output.ts";
import type { Paths } from "../paths.ts";
import type { Clock } from "../sys/clock.ts";
import { controlClient } from "./client.ts";
import type { Status } from "./protocol.ts";
import { prepareRuntimeDir, privateSocketName, publishSocket } from "./socket-file.ts";

type Deps = {
  paths: Pick<Paths, "runtimeDir" | "socketFile">;
  uid: number;
  clock: Pick<Clock, "after">;
  log: Log;
  listen(socketFile: string): Pick<HttpServer, "stop">;
};

export type ControlSocket = {
  /** Tells the older daemon to end, now that this one has the name. */
  stopOlder(): Promise<void>;
  /** Takes the name away, and opens no more. What is being answered still is. */
  unpublish(): void;
  stop(): Promise<void>;
};

const LOOK_EVERY_MS = 3000;

export function openControlSocket(deps: Deps, older: Status | undefined): ControlSocket {
  const { paths, uid, clock, log, listen } = deps;
  const open = (beside?: Status) => {
    const bound = privateSocketName(paths.runtimeDir, process.pid);
    const server = listen(bound);
    return { server, unpublish: publish(bound, paths.socketFile, beside) };
  };
  let current = open(older);
  let cancel = () => {};

  const look = () => {
    cancel = clock.after(LOOK_EVERY_MS, look);
    // Above it there is nothing to make: that folder comes back with the user, and is not ours to make.
    if (existsSync(paths.socketFile) || !existsSync(dirname(paths.runtimeDir))) return;
    try {
      prepareRuntimeDir(paths.runtimeDir, uid);
      const gone = current.server;
      current = open();
      log.info("the control socket had gone: opened anew", { file: paths.socketFile });
      void gone.stop();
    } catch (error) {
      log.debug("the control socket has gone", { error: messageOf(error) });
    }
  };
  cancel = clock.after(LOOK_EVERY_MS, look);
  return {
    async stopOlder() {
      if (older !== undefined) await stopOlder(oldName(paths.socketFile), older, log);
    },
    unpublish() {
      cancel();
      current.unpublish();
    },
    stop: () => current.server.stop(),
  };
}

// --- internal ---

// The name of an older daemon's socket is kept beside, so that it can be told to stop once this one has taken over.
function publish(bound: string, published: string, older: Status | undefined): () => void {
  rmSync(oldName(published), { force: true });
  if (older !== undefined) linkSync(published, oldName(published));
  return publishSocket(bound, published);
}

function oldName(socketFile: string): string {
  return `${socketFile}.old`;
}

async function stopOlder(socketFile: string, { version, pid }: Status, log: Log): Promise<void> {
  log.info("taking over from an older daemon", { version, pid });
  try {
    await controlClient(socketFile).stop();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    log.warn("the older daemon did not stop as asked", { error: error.message });
  }
  rmSync(socketFile, { force: true });
}
