// Who signed a request, or why AWS would not believe it. The order of the checks is the one clients can observe:
// a dead key is reported before a wrong signature.
import type { Fault, MockRequest } from "./service.ts";
import { readAuthorization, signatureOf } from "./sigv4.ts";
import type { Authorization } from "./sigv4.ts";
import type { Key, World } from "./world.ts";

const MAX_SKEW_MINUTES = 15;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

export type Authentication = { key: Key } | { fault: Fault };

export function authenticate(request: MockRequest, service: string, world: World, now: Date): Authentication {
  const header = request.headers.get("authorization");
  if (header === null) {
    return refuse(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
  }
  const authorization = readAuthorization(header);
  const amzDate = request.headers.get("x-amz-date");
  const signedAt = amzDate === null ? undefined : readAmzDate(amzDate);
  if (authorization === undefined || amzDate === null || signedAt === undefined) {
    const parts = "'Credential', 'SignedHeaders' and 'Signature' parameters";
    return refuse(400, "IncompleteSignature", `Authorization header requires ${parts}, and 'X-Amz-Date' a date.`);
  }
  const badScope = checkScope(authorization, service, amzDate);
  if (badScope !== undefined) return refuse(403, "SignatureDoesNotMatch", badScope);

  const key = world.keys.get(authorization.accessKeyId);
  const token = request.headers.get("x-amz-security-token") ?? undefined;
  if (key === undefined || key.session?.token !== token) {
    return refuse(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
  }
  // STS says 403 and ExpiredToken here, though its model says 400 and ExpiredTokenException: aws-sdk-java-v2 issue 1649.
  if (key.session !== undefined && key.session.expiresAt <= now) {
    return refuse(403, "ExpiredToken", "The security token included in the request is expired");
  }
  const skew = checkSkew(signedAt, now);
  if (skew !== undefined) return refuse(403, "SignatureDoesNotMatch", skew);
  if (authorization.signature !== signatureOf(request, authorization, amzDate, key.secretAccessKey)) {
    return refuse(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
        "Key and signing method. Consult the service documentation for details.",
    );
  }
  return { key };
}

function refuse(status: number, code: string, message: string): { fault: Fault } {
  return { fault: { status, code, message } };
}

function checkScope(authorization: Authorization, service: string, amzDate: string): string | undefined {
  const { date, region, terminator, signedHeaders } = authorization;
  if (!signedHeaders.includes("host")) return "'Host' must be a 'SignedHeader' in the AWS Authorization.";
  if (terminator !== "aws4_request") {
    return `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.`;
  }
  if (authorization.service !== service) return `Credential should be scoped to correct service: '${service}'.`;
  // One port stands for every region, so the shape is all that can be asked for.
  if (!REGION.test(region)) return `Credential should be scoped to a valid region, not '${region}'.`;
  if (!amzDate.startsWith(date)) {
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'.`;
  }
  return undefined;
}

function checkSkew(signedAt: Date, now: Date): string | undefined {
  const earliest = shift(now, -MAX_SKEW_MINUTES);
  const latest = shift(now, MAX_SKEW_MINUTES);
  const [signed, here] = [formatAmzDate(signedAt), formatAmzDate(now)];
  if (signedAt < earliest) {
    return `Signature expired: ${signed} is now earlier than ${formatAmzDate(earliest)} (${here} - ${MAX_SKEW_MINUTES} min.)`;
  }
  if (signedAt > latest) {
    return `Signature not yet current: ${signed} is still later than ${formatAmzDate(latest)} (${here} + ${MAX_SKEW_MINUTES} min.)`;
  }
  return undefined;
}

function shift(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

function readAmzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function formatAmzDate(date: Date): string {
  return date.toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
