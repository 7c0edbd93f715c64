// What may be kept of what a source handed over.
import type { Session } from "../aws/credentials.ts";
import { CliError } from "../errors.ts";

export function isSameSession({ credentials: held }: Session, { credentials: got }: Session): boolean {
  return held.accessKeyId === got.accessKeyId && held.sessionToken === got.sessionToken;
}

// AWS writes base64, others perhaps a JWT. Keys end up in files of variables and before `eval`, where a quote, a new line
// or a semicolon would begin a command of whoever answered.
const KEY = /^[\w+/=.:,@%~-]+$/;

// Half-filled or already expired credentials are a failure of the source, never something to serve.
export function complete(session: Session, now: Date): Session {
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  if (!accessKeyId || !secretAccessKey || !sessionToken) {
    throw new CliError("the source handed over incomplete credentials", { hint: "metacred status" });
  }
  if (![accessKeyId, secretAccessKey, sessionToken].every((word) => KEY.test(word))) {
    throw new CliError("the source handed over credentials with characters that no key has", {
      hint: "metacred status",
    });
  }
  if (session.expiration !== undefined && session.expiration.getTime() <= now.getTime()) {
    throw new CliError("the source handed over credentials that have already expired", {
      hint: "check this machine's clock, then renew the base credentials",
    });
  }
  return session;
}
