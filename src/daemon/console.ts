// `console`, as far as it needs AWS and a browser.
import { type ConsolePlace, consoleAddress, consolePath } from "../aws/console-sign-in.ts";
import { createOutbound } from "../aws/outbound.ts";
import { loadConfig } from "../config/load.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { partitionOfRegion } from "../roles/arn.ts";
import { tell } from "../print.ts";
import { browserCommand, canShowPages } from "../sso/open-browser.ts";
import { startDetached } from "../sys/start-detached.ts";
import { openOnce } from "./open-once.ts";
import type { CredentialsAnswer } from "./protocol.ts";

const PRINT = "metacred console --print";

/** Before anything is asked of AWS or a person: throws where the service is none, or no browser can be shown. */
export function checkConsole({ env, platform }: Context, service: string | undefined, print: boolean): void {
  consolePath(service);
  if (print || canShowPages(env, platform)) return;
  throw new CliError("there is no browser to show the console in", { hint: PRINT, exit: EXIT.usage });
}

/** An address that signs in whoever opens it. */
export function signedInConsole(
  { env, paths, uid }: Context,
  answer: CredentialsAnswer,
  service: string | undefined,
): Promise<string> {
  if (answer.session_token === "") {
    throw new CliError("the console wants temporary credentials, and these are keys without an end", {
      hint: "metacred console --role ROLE",
      exit: EXIT.usage,
    });
  }
  const { proxy } = loadConfig(paths, uid).network;
  const region = answer.region ?? undefined;
  // A daemon of an older version does not tell the partition.
  const place: ConsolePlace = { partition: answer.partition ?? partitionOfRegion(region), region, service };
  const session = {
    accessKeyId: answer.access_key_id,
    secretAccessKey: answer.secret_access_key,
    sessionToken: answer.session_token,
  };
  return consoleAddress(session, place, { send: createOutbound({ env, proxy: () => proxy || undefined }), env });
}

/** Resolves when the browser has the page. */
export function openConsole(context: Context, address: string): Promise<void> {
  return openOnce(address, PRINT, {
    context,
    open(url) {
      const argv = browserCommand(url, context.env, context.platform);
      return argv !== undefined && startDetached(argv, context.env);
    },
    waiting: () => void tell(`waiting for the browser; if none comes: Ctrl-C, then ${PRINT}\n`),
  });
}
