// What the log says of a session: of its keys only the last signs of their id.
import type { Log } from "../output.ts";
import { sessionKey } from "../roles/role-spec.ts";
import type { SessionEvent } from "../sessions/sessions.ts";

export function logSession(log: Log, event: SessionEvent): void {
  const role = event.spec.name;
  switch (event.kind) {
    case "obtained": {
      const { accessKeyId } = event.session.credentials;
      log.info("got credentials", {
        role,
        key: `…${accessKeyId.slice(-4)}`,
        until: event.session.expiration?.toISOString(),
        note: event.session.notices?.join("; "),
      });
      return;
    }
    case "failed":
      log.warn("no credentials", { role, error: event.error.message });
      return;
    case "released":
      log.debug("let go of an idle session", { role, key: sessionKey(event.spec).slice(0, 8) });
  }
}
