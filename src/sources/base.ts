// Base credentials, by the AWS SDK's own providers. One fetch at a time for each base, however many roles want it.
import { fromIni } from "@aws-sdk/credential-provider-ini";
import type { HttpHandler } from "@smithy/core/protocols";
import type { AwsCredentialIdentity } from "@smithy/types";
import { type Session, credentials } from "../aws/credentials.ts";
import { explainBase } from "../aws/explain.ts";
import type { Outbound } from "../aws/outbound.ts";
import { type Sts, plain } from "../aws/sts.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { type Profiles, ownKeys } from "../roles/profiles.ts";
import { type BaseSpec, canonicalJson, isAwsLogin } from "../roles/role-spec.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { readKeys } from "../secrets/user-keys.ts";
import type { Clock } from "../sys/clock.ts";
import { profilesWithin } from "../within.ts";
import { fromAwsLogin } from "./aws-login.ts";
import { fromBroker } from "./broker.ts";
import { forProfile, refuseLoop } from "./process-loop.ts";
import { type SsoSourceDeps, fromSso } from "./sso-role.ts";

export type BaseDeps = {
  env: Environment;
  sts: Sts;
  handler: HttpHandler<object>;
  send: Outbound;
  clock: Clock;
  /** As they are now. */
  profiles(): Promise<Profiles>;
  sso: SsoSourceDeps;
  secrets: SecretStore;
};
/** As the SDK hands it over, or ours. */
type Identity = Pick<AwsCredentialIdentity, "accessKeyId" | "secretAccessKey" | "expiration"> & {
  sessionToken?: string | undefined;
  accountId?: string | undefined;
};

export type BaseSource = (base: BaseSpec, region: string) => Promise<Session>;

const FLIGHT_LIMIT_MS = 60_000;

export function createBaseSource(deps: BaseDeps): BaseSource {
  const inFlight = new Map<string, Promise<Session>>();
  return (base, region) => {
    const key = canonicalJson({ base, region });
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const forget = () => {
      if (inFlight.get(key) === fetching) inFlight.delete(key);
    };
    // One that hangs beyond every limit is left to itself: the next try must not wait for it as well.
    const cancel = deps.clock.after(FLIGHT_LIMIT_MS, forget);
    const fetching = fetchBase(base, region, deps).finally(() => {
      cancel();
      forget();
    });
    inFlight.set(key, fetching);
    return fetching;
  };
}

async function fetchBase(base: BaseSpec, region: string, deps: BaseDeps): Promise<Session> {
  switch (base.kind) {
    case "broker":
      return fromBroker(base, deps);
    case "environment":
      return fromEnvironment(deps);
    case "container":
      return fromContainer(base.profile, deps);
    case "sso":
      return fromSso(base, deps.sso);
    case "keychain":
      return fromKeychain(base.item, deps);
    case "profile":
      return fromProfile(base, region, deps);
  }
}

async function fromProfile(
  base: BaseSpec & { kind: "profile" },
  region: string,
  { env, sts, handler, clock, profiles }: BaseDeps,
): Promise<Session> {
  refuseLoop(base, profilesWithin(env));
  if (isAwsLogin(base)) return sessionOf(await fromAwsLogin(base.profile, region, handler), clock);
  // The SDK would parse thousands of profiles for each role that is assumed with these keys.
  const keys = ownKeys(await profiles(), base.profile);
  if (keys !== undefined) return sessionOf(keys, clock);
  let webIdentity: Session | undefined;
  const provide = fromIni({
    profile: base.profile,
    ignoreCache: true,
    clientConfig: { requestHandler: handler },
    roleAssumerWithWebIdentity: async (input) => {
      webIdentity = await sts.assumeRoleWithWebIdentity(input, region);
      return plain(webIdentity.credentials);
    },
  });
  try {
    const identity = await forProfile(base.profile, () => provide());
    return webIdentity ?? sessionOf(identity, clock);
  } catch (error) {
    throw explainBase(error, base.profile);
  }
}

async function fromKeychain(item: string, { secrets, clock }: BaseDeps): Promise<Session> {
  const keys = await readKeys(item, secrets);
  return { credentials: keys, obtainedAt: clock.now(), expiration: undefined, arn: undefined, accountId: undefined };
}

function fromEnvironment({ env, clock }: BaseDeps): Session {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey) {
    throw new CliError("the environment holds no AWS keys", {
      hint: "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile: --profile",
      exit: EXIT.needsPerson,
    });
  }
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const expiration = env["AWS_CREDENTIAL_EXPIRATION"];
  return sessionOf(
    {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      ...(expiration ? { expiration: new Date(expiration) } : {}),
    },
    clock,
  );
}

async function fromContainer(profile: string, { clock }: BaseDeps): Promise<Session> {
  try {
    const { fromHttp } = await import("@aws-sdk/credential-provider-http");
    return sessionOf(await fromHttp()(), clock);
  } catch (error) {
    throw explainBase(error, profile);
  }
}

function sessionOf(identity: Identity, clock: Clock): Session {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = identity;
  return {
    credentials: credentials({ accessKeyId, secretAccessKey, sessionToken }),
    obtainedAt: clock.now(),
    expiration: expiration === undefined || Number.isNaN(expiration.getTime()) ? undefined : expiration,
    arn: undefined,
    accountId,
  };
}
