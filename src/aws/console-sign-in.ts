// The AWS console as a role: the federation endpoint makes a token of a session, and a page that is signed in of the
// token (IAM user guide, "Enable custom identity broker access to the AWS console").
import * as v from "valibot";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { jsonOf } from "../sys/json.ts";
import { explainCall } from "./explain.ts";
import type { Outbound } from "./outbound.ts";

export type ConsoleSession = { accessKeyId: string; secretAccessKey: string; sessionToken: string };
export type ConsolePlace = { partition: string; region: string | undefined; service: string | undefined };

// The hosts of AWS's own endpoint rules for its sign-in service (botocore data/signin, endpoint-rule-set-1.json).
const DOMAINS: Readonly<Record<string, string>> = {
  aws: "aws.amazon.com",
  "aws-cn": "amazonaws.cn",
  "aws-us-gov": "amazonaws-us-gov.com",
  "aws-iso": "c2shome.ic.gov",
  "aws-iso-b": "sc2shome.sgov.gov",
  "aws-iso-e": "csphome.adc-e.uk",
  "aws-iso-f": "csphome.hci.ic.gov",
  "aws-eusc": "amazonaws-eusc.eu",
};

// What people and the AWS CLI call a service, where the console's own path is another.
const PATHS: Readonly<Record<string, string>> = {
  cfn: "cloudformation",
  ddb: "dynamodbv2",
  dynamodb: "dynamodbv2",
  logs: "cloudwatch",
  route53: "route53/v2",
  ssm: "systems-manager",
  "step-functions": "states",
  vpc: "vpcconsole",
};

const ISSUER = "metacred";

/** Throws where the word cannot be a path of the console. */
export function consolePath(service = "console"): string {
  const word = service.toLowerCase();
  if (/^[a-z0-9][a-z0-9-]*(\/[a-z0-9-]+)*$/.test(word)) return Object.hasOwn(PATHS, word) ? `${PATHS[word]}` : word;
  throw new CliError(`"${service}" is no service of the console`, {
    hint: "metacred console --service s3",
    exit: EXIT.usage,
  });
}

/** The page that the person wants, still without a sign-in. */
export function consolePage({ partition, region, service }: ConsolePlace): string {
  const page = new URL(`https://console.${domainOf(partition)}/${consolePath(service)}/home`);
  if (region !== undefined) page.searchParams.set("region", region);
  return page.href;
}

/** An address that signs in whoever opens it: a secret. */
export async function consoleAddress(
  { accessKeyId, secretAccessKey, sessionToken }: ConsoleSession,
  place: ConsolePlace,
  { send, env }: { send: Outbound; env: Environment },
): Promise<string> {
  const page = consolePage(place);
  const endpoint = federationEndpoint(place.partition, env);
  const session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken });
  const asked = new URLSearchParams({ Action: "getSigninToken", Session: session });
  const token = await signInToken(`${endpoint}?${asked.toString()}`, send);
  const login = { Action: "login", Issuer: ISSUER, Destination: page, SigninToken: token };
  return `${endpoint}?${new URLSearchParams(login).toString()}`;
}

// --- internal ---

const answerSchema = v.object({ SigninToken: v.pipe(v.string(), v.minLength(1)) });

// The cause of a failure is not kept: it may hold the address, and that the keys.
async function signInToken(url: string, send: Outbound): Promise<string> {
  const { status, body } = await send({ url, method: "GET", headers: { Accept: "application/json" } }).catch(
    (error: unknown) => {
      const { message, hint, exit } = explainCall(error, "sign in to the AWS console");
      throw new CliError(message.replaceAll(url, new URL(url).origin), { hint, exit });
    },
  );
  if (status >= 400 && status < 500) {
    throw new CliError(`AWS gave no sign-in to the console for this session (${status})`, {
      hint: "metacred console --role ROLE with a role that is assumed: a user's own session gets none",
      exit: EXIT.awsRefused,
    });
  }
  const parsed = status === 200 ? v.safeParse(answerSchema, jsonOf(new TextDecoder().decode(body))) : undefined;
  if (parsed?.success === true) return parsed.output.SigninToken;
  throw new CliError(`${new URL(url).host} answered ${status} without a sign-in token`, {
    hint: "check the network: a sign-in page or a proxy may stand in between",
  });
}

function federationEndpoint(partition: string, env: Environment): string {
  const named = env["AWS_ENDPOINT_URL_SIGNIN"] || env["AWS_ENDPOINT_URL"];
  return `${named ? named.replace(/\/+$/, "") : `https://signin.${domainOf(partition)}`}/federation`;
}

function domainOf(partition: string): string {
  const domain = Object.hasOwn(DOMAINS, partition) ? DOMAINS[partition] : undefined;
  if (domain !== undefined) return domain;
  throw new CliError(`metacred does not know the console of the partition ${partition}`, { hint: "metacred env" });
}
