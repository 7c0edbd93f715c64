// The daemon's state as `status` prints it. Pure.
import type { Config } from "../config/schema.ts";
import { EXIT } from "../errors.ts";
import { describeBase, signInKey } from "../roles/role-spec.ts";
import { advertisedExpiration } from "../sessions/schedule.ts";
import { VERSION } from "../version.ts";
import type { SessionState } from "../sessions/entry.ts";
import { CODE_COMMAND } from "./ask-person.ts";
import type { LastRefusal } from "./refusals.ts";
import type { Lease } from "./switch-memory.ts";
import { type ServedRole, accountOf, advertiseMs, roleArnOfSpec } from "./imds-view.ts";
import { roleNotes } from "./notes.ts";
import type { ContainersStatus, RoleStatus, Status } from "./protocol.ts";
import type { Redirect } from "./redirect.ts";
import type { RedirectHealth } from "./redirect-watch.ts";

export type ReportInput = {
  pid: number;
  startedAt: Date;
  now: Date;
  config: Config;
  served: ServedRole | undefined;
  previousName: string | undefined;
  lease: Lease | undefined;
  isProtected: boolean;
  recent: readonly string[];
  port: number;
  ipv6: boolean;
  redirect: Pick<Redirect, "method" | "rootPart">;
  health: RedirectHealth;
  refusals: Record<string, number>;
  lastRefusal: LastRefusal | undefined;
  containers: { served: ServedRole | undefined; addresses: readonly string[] } | undefined;
  clockSkewMs: number | undefined;
};

export function statusReport(input: ReportInput): Status {
  const { served, health, port } = input;
  const method = input.redirect.method();
  const error = served?.state?.lastError;
  return {
    schema: 1,
    version: VERSION,
    pid: input.pid,
    started_at: input.startedAt.toISOString(),
    state: stateOf(served),
    role: served === undefined ? null : roleStatus(served, input),
    previous_role: input.previousName ?? null,
    temporary:
      input.lease === undefined ? null : { until: input.lease.until.toISOString(), back_to: input.lease.backTo },
    recent_roles: [...input.recent],
    base: served === undefined ? null : describeBase(served.spec.base),
    endpoints: {
      imds: method === "none" ? null : "http://169.254.169.254/",
      imds_ipv6: method === "none" || !input.ipv6 ? null : "http://[fd00:ec2::254]/",
      endpoint: `http://127.0.0.1:${port}/`,
    },
    redirect: {
      method,
      healthy: health.healthy,
      checked_at: iso(health.checkedAt),
      root_part: input.redirect.rootPart(),
    },
    refusals: input.refusals,
    last_refusal: refusalOf(input.lastRefusal),
    containers: input.containers === undefined ? null : containersOf(input.containers),
    last_error:
      error === undefined
        ? null
        : { message: error.message, hint: hintOf(error), at: error.at.toISOString(), exit: error.exit },
    needs: error?.needs ?? null,
    notes: served === undefined ? [] : roleNotes(served.spec, served.session, input.config.refresh.early),
    clock_skew_seconds: input.clockSkewMs === undefined ? null : Math.round(input.clockSkewMs / 1000),
  };
}

// `use` would begin a switch anew, which may be one for a time.
function hintOf({ hint, needs }: NonNullable<SessionState["lastError"]>): string | null {
  return needs?.kind === "mfa" ? CODE_COMMAND : (hint ?? null);
}

function stateOf(served: ServedRole | undefined): Status["state"] {
  if (served === undefined) return "idle";
  if (served.session !== undefined) return "serving";
  const error = served.state?.lastError;
  if (error?.needs?.kind === "mfa") return "needs-mfa";
  return error?.exit === EXIT.needsPerson && signInKey(served.spec.base) !== undefined ? "needs-login" : "waiting";
}

function refusalOf(refusal: LastRefusal | undefined): Status["last_refusal"] {
  return refusal === undefined
    ? null
    : {
        reason: refusal.reason,
        uid: refusal.uid ?? null,
        container: refusal.isContainer,
        at: refusal.at.toISOString(),
      };
}

function containersOf({ served, addresses }: NonNullable<ReportInput["containers"]>): ContainersStatus {
  return {
    role: served?.spec.name ?? null,
    expiration: iso(served?.session?.expiration),
    last_error: served?.state?.lastError?.message ?? null,
    addresses: [...addresses],
  };
}

function roleStatus({ spec, session, state }: ServedRole, { now, config, isProtected }: ReportInput): RoleStatus {
  const advertised =
    session === undefined ? undefined : advertisedExpiration(session.expiration, now, advertiseMs(config));
  return {
    name: spec.name,
    arn: roleArnOfSpec(spec, session) ?? null,
    account_id: accountOf(spec, session) ?? null,
    region: spec.region ?? null,
    obtained_at: iso(session?.obtainedAt),
    expiration: iso(session?.expiration),
    advertised_expiration: iso(advertised),
    next_refresh_at: iso(state?.nextRefreshAt),
    limited_by_upstream: state?.limitedByUpstream ?? false,
    protected: isProtected,
  };
}

function iso(date: Date | undefined): string | null {
  return date?.toISOString() ?? null;
}
