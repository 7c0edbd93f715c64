// STS calls, each answering a Session.
import {
  AssumeRoleCommand,
  type AssumeRoleCommandOutput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
} from "@aws-sdk/client-sts";
import type { HttpHandler } from "@smithy/core/protocols";
import type { AssumeStep } from "./assume-step.ts";
import type { Clock } from "../sys/clock.ts";
import { type Credentials, type Session, credentials } from "./credentials.ts";
import { createStsClients } from "./sts-clients.ts";

export type Sts = {
  assumeRole(base: Credentials, step: AssumeStep, region: string, signal: AbortSignal): Promise<Session>;
  assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentityCommandInput, region: string): Promise<Session>;
  sessionToken(base: Credentials, region: string, signal: AbortSignal, factor?: SecondFactor): Promise<Session>;
  callerIdentity(base: Credentials, region: string, signal: AbortSignal): Promise<Identity>;
};

/** The serial number or ARN of an MFA device, and what it shows now. */
export type SecondFactor = { serial: string; code: string };

export type Identity = { arn: string | undefined; accountId: string | undefined };

type StsAnswer = Pick<AssumeRoleCommandOutput, "Credentials" | "AssumedRoleUser">;

type StsClock = Pick<Clock, "now"> & { skewMs?(): number | undefined };

/** `settingsStamp`: see sts-clients.ts. */
export function createSts(
  requestHandler: HttpHandler<object>,
  clock: StsClock,
  settingsStamp: () => string | undefined = () => undefined,
): Sts {
  const clients = createStsClients(requestHandler, settingsStamp);
  const clientOf = (region: string, keys?: Credentials) =>
    clients(region, {
      // Else each client would have its first call refused on a machine whose clock is wrong.
      systemClockOffset: -(clock.skewMs?.() ?? 0),
      credentials: keys === undefined ? { accessKeyId: "", secretAccessKey: "" } : plain(keys),
    });
  return {
    async assumeRole(base, step, region, signal) {
      const command = new AssumeRoleCommand({
        RoleArn: step.roleArn,
        RoleSessionName: step.sessionName,
        ExternalId: step.externalId,
        DurationSeconds: step.durationSeconds,
        Policy: step.policy,
        PolicyArns: step.policyArns?.map((arn) => ({ arn })),
        Tags: step.tags && Object.entries(step.tags).map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: step.transitiveTagKeys && [...step.transitiveTagKeys],
        SourceIdentity: step.sourceIdentity,
      });
      return sessionOf(await clientOf(region, base).send(command, { abortSignal: signal }), clock);
    },
    async assumeRoleWithWebIdentity(input, region) {
      return sessionOf(await clientOf(region).send(new AssumeRoleWithWebIdentityCommand(input)), clock);
    },
    async sessionToken(base, region, signal, factor) {
      const input = factor === undefined ? {} : { SerialNumber: factor.serial, TokenCode: factor.code };
      const command = new GetSessionTokenCommand(input);
      return sessionOf(await clientOf(region, base).send(command, { abortSignal: signal }), clock);
    },
    async callerIdentity(base, region, signal) {
      const answer = await clientOf(region, base).send(new GetCallerIdentityCommand({}), { abortSignal: signal });
      return { arn: answer.Arn, accountId: answer.Account };
    },
  };
}

/** As the SDK wants them. */
export function plain(keys: Credentials): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  return sessionToken === undefined ? { accessKeyId, secretAccessKey } : { accessKeyId, secretAccessKey, sessionToken };
}

function sessionOf(answer: StsAnswer, clock: Pick<Clock, "now">): Session {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new Error("STS answered without complete credentials");
  }
  const arn = answer.AssumedRoleUser?.Arn;
  return {
    credentials: credentials({
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    }),
    obtainedAt: clock.now(),
    expiration: Expiration,
    arn,
    accountId: arn?.split(":")[4],
  };
}
