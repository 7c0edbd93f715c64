// What the metadata service shows at this moment, put together from memory alone.
import type { Session } from "../aws/credentials.ts";
import type { Config } from "../config/schema.ts";
import { EXIT } from "../errors.ts";
import type { ImdsView } from "../imds/view.ts";
import { accountOfArn, parseRoleArn, partitionOfRegion } from "../roles/arn.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { advertisedExpiration } from "../sessions/schedule.ts";
import type { SessionState } from "../sessions/entry.ts";

export type ServedRole = { spec: RoleSpec; session: Session | undefined; state: SessionState | undefined };

export function advertiseMs(config: Config): number | undefined {
  return config.imds.advertise === "off" ? undefined : config.imds.advertise;
}

/** ARN of the last role of the chain, else of the identity behind the base credentials. */
export function roleArnOfSpec(spec: RoleSpec, session: Session | undefined): string | undefined {
  return spec.steps.at(-1)?.roleArn ?? session?.arn;
}

export function accountOf(spec: RoleSpec, session: Session | undefined): string | undefined {
  const arn = roleArnOfSpec(spec, session);
  return session?.accountId ?? (arn === undefined ? undefined : accountOfArn(arn)?.accountId);
}

type View = (served: ServedRole | undefined, config: Config, now: Date) => ImdsView;

/** A view for each request. What only changes with the role is found once: it takes as long as the rest of an answer. */
export function createImdsView(): View {
  let last: { spec: RoleSpec; session: Session | undefined; config: Config; place: Place } | undefined;
  return (served, config, now) => {
    if (served === undefined) return imdsView(undefined, config, now);
    const { spec, session } = served;
    if (last?.spec !== spec || last.session !== session || last.config !== config) {
      last = { spec, session, config, place: placeOf(spec, session, config.imds.availability_zone) };
    }
    return imdsView(served, config, now, last.place);
  };
}

/** Of the role that is active, with the expiry that metadata clients are told. */
export function imdsView(served: ServedRole | undefined, config: Config, now: Date, known?: Place): ImdsView {
  if (served === undefined) {
    return { problem: { code: "Failed", message: "metacred serves no role: metacred use ROLE" } };
  }
  const place = known ?? placeOf(served.spec, served.session, config.imds.availability_zone);
  return withCredentials(place, served, now, advertiseMs(config));
}

/** Of any role, with its real expiry: who is given one of his own need not follow a switch. */
export function realView(served: ServedRole, now: Date): ImdsView {
  return withCredentials(placeOf(served.spec, served.session, undefined), served, now, undefined);
}

type Place = Pick<ImdsView, "role" | "region" | "availabilityZone">;

// Credentials are in the view only while they are valid; otherwise it says why there are none and what to type.
function withCredentials(place: Place, served: ServedRole, now: Date, capMs: number | undefined): ImdsView {
  const { session, state } = served;
  const sessionToken = session?.credentials.sessionToken;
  if (session === undefined || sessionToken === undefined) return { ...place, problem: problemOf(state) };
  return {
    ...place,
    credentials: {
      accessKeyId: session.credentials.accessKeyId,
      secretAccessKey: session.credentials.secretAccessKey,
      sessionToken,
      expiration: advertisedExpiration(session.expiration, now, capMs),
      obtainedAt: session.obtainedAt,
    },
  };
}

/** By the ARN, else by the region. */
export function partitionOf(spec: RoleSpec, session: Session | undefined): string {
  const arn = roleArnOfSpec(spec, session);
  return arn === undefined
    ? partitionOfRegion(spec.region)
    : (parseRoleArn(arn)?.partition ?? accountOfArn(arn)?.partition ?? "aws");
}

function placeOf(spec: RoleSpec, session: Session | undefined, zone: string | undefined): Place {
  const arn = roleArnOfSpec(spec, session);
  return {
    role: { arn, accountId: accountOf(spec, session), partition: partitionOf(spec, session) },
    ...(spec.region === undefined ? {} : { region: spec.region }),
    ...(zone === undefined ? {} : { availabilityZone: zone }),
  };
}

// The words of AWS's own service where it has some: a document with these codes is what clients expect to explain.
function problemOf(state: SessionState | undefined): { code: string; message: string } {
  const error = state?.lastError;
  if (error === undefined) return { code: "Failed", message: "metacred is still getting credentials" };
  const code = error.exit === EXIT.awsRefused ? "AssumeRoleUnauthorizedAccess" : "Failed";
  return { code, message: error.hint === undefined ? error.message : `${error.message}; try: ${error.hint}` };
}
