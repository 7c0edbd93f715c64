// The JS SDK's STS client against a mock, and its errors as data.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, STSServiceException } from "@aws-sdk/client-sts";
import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from "@aws-sdk/client-sts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import type { ManualClock } from "../support/manual-clock.ts";

export type ClientKeys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type StsClientOptions = {
  credentials?: ClientKeys;
  /** The client signs by this clock, however far it is from the machine's. */
  clock?: ManualClock;
  maxAttempts?: number;
};

export function stsClient(url: string, options: StsClientOptions = {}): STSClient {
  const { credentials = DEMO_USER, clock, maxAttempts = 1 } = options;
  const systemClockOffset = clock === undefined ? 0 : clock.now().getTime() - Date.now();
  return new STSClient({ endpoint: url, region: "eu-central-1", credentials, maxAttempts, systemClockOffset });
}

/** The developer's role, where `input` does not say otherwise. */
export function assume(url: string, input: Partial<AssumeRoleCommandInput> = {}, options: StsClientOptions = {}) {
  const developer = { RoleArn: DEMO_ROLES.developer, RoleSessionName: "me" };
  return stsClient(url, options).send(new AssumeRoleCommand({ ...developer, ...input }));
}

export function whoAmI(url: string, credentials: ClientKeys, options: StsClientOptions = {}) {
  return stsClient(url, { ...options, credentials }).send(new GetCallerIdentityCommand({}));
}

export function keysOf({ Credentials: issued }: Pick<AssumeRoleCommandOutput, "Credentials">): Required<ClientKeys> {
  if (!issued?.AccessKeyId || !issued.SecretAccessKey || !issued.SessionToken) throw new Error("no credentials");
  return {
    accessKeyId: issued.AccessKeyId,
    secretAccessKey: issued.SecretAccessKey,
    sessionToken: issued.SessionToken,
  };
}

export type ClientFault = { status: number | undefined; code: string; message: string };

export async function faultOf(answer: Promise<unknown>): Promise<ClientFault> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof STSServiceException)) throw error;
    return { status: error.$metadata.httpStatusCode, code: error.name, message: error.message };
  }
  throw new Error("no fault");
}
