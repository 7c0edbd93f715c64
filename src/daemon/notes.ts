// What a person should know of the role that is served, beside what was asked for.
import type { Session } from "../aws/credentials.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { thresholdMs } from "../sessions/schedule.ts";
import type { Core } from "./core.ts";

const MINUTE_MS = 60_000;

/** For `status`. */
export function roleNotes(spec: RoleSpec, session: Session | undefined, earlyMs: number): string[] {
  const region =
    spec.region === undefined
      ? [`no region is known for "${spec.name}": set region in its profile, AWS_REGION, or region in the config`]
      : [];
  return [...region, ...(session?.notices ?? []), ...shortLife(spec.name, session, earlyMs)];
}

/** For `serve` and `use`. */
export function startNotes(core: Core): string[] {
  const served = core.served();
  return served === undefined ? [] : roleNotes(served.spec, served.session, core.catalog.config().refresh.early);
}

function shortLife(name: string, session: Session | undefined, earlyMs: number): string[] {
  if (session?.expiration === undefined) return [];
  const leftMs = thresholdMs(session, earlyMs);
  if (leftMs >= earlyMs) return [];
  const lifeMs = session.expiration.getTime() - session.obtainedAt.getTime();
  return [
    `sessions of "${name}" last ${inWords(lifeMs)}: renewed with ${inWords(leftMs)} left, not refresh.early (${inWords(earlyMs)})`,
  ];
}

function inWords(ms: number): string {
  return ms < MINUTE_MS ? `${Math.round(ms / 1000)}s` : `${Math.round(ms / MINUTE_MS)}m`;
}
