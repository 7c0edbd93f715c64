// Over the wire, signed by AWS's own signer: what is changed afterwards must be noticed, with AWS's own code.
import { expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_USER } from "../../src/demo/world.ts";
import { faultIn, send, sign, stsRequest } from "./signed-fetch.ts";
import type { FetchedFault, PlainRequest, SigningOptions } from "./signed-fetch.ts";

type Tamper = (request: PlainRequest) => PlainRequest;

const IDENTITY = { Action: "GetCallerIdentity" };

async function ask(options: SigningOptions = {}, tamper: Tamper = (request) => request): Promise<FetchedFault> {
  await using aws = startMockAws();
  return faultIn(await send(tamper(await sign(stsRequest(aws.url, IDENTITY), options))));
}

function withHeader(name: string, change: (value: string) => string): Tamper {
  return (request) => ({ ...request, headers: { ...request.headers, [name]: change(request.headers[name] ?? "") } });
}

function without(name: string): Tamper {
  return (request) => {
    const { [name]: _dropped, ...headers } = request.headers;
    return { ...request, headers };
  };
}

test.each(["GET", "POST"])("an honest %s is believed", async (method) => {
  await using aws = startMockAws();
  const response = await send(await sign(stsRequest(aws.url, IDENTITY, method)));
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<Arn>arn:aws:iam::111122223333:user/alice</Arn>");
});

const swapLetter = (text: string) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");

const tampered: [string, Tamper, number, string][] = [
  ["signature", withHeader("authorization", swapLetter), 403, "SignatureDoesNotMatch"],
  ["body", (request) => ({ ...request, body: `${request.body}&More=1` }), 403, "SignatureDoesNotMatch"],
  ["query", (request) => ({ ...request, query: { More: "1" } }), 403, "SignatureDoesNotMatch"],
  ["signed header", withHeader("content-type", () => "text/plain"), 403, "SignatureDoesNotMatch"],
  ["no authorization", without("authorization"), 403, "MissingAuthenticationToken"],
  ["bearer token", withHeader("authorization", () => "Bearer abc"), 400, "IncompleteSignature"],
  ["no date", without("x-amz-date"), 400, "IncompleteSignature"],
  ["date that is none", withHeader("x-amz-date", () => "20269999T999999Z"), 400, "IncompleteSignature"],
  ["another second", withHeader("x-amz-date", swapLetterOfDate), 403, "SignatureDoesNotMatch"],
  ["token on a user's key", withHeader("x-amz-security-token", () => "abc"), 403, "InvalidClientTokenId"],
];

function swapLetterOfDate(text: string): string {
  return `${swapLetter(text.slice(0, -1))}Z`;
}

test.each(tampered)("tampered: %s", async (_title, tamper, status, code) => {
  expect(await ask({}, tamper)).toMatchObject({ status, code });
});

const NEW_KEY = { ...DEMO_USER, accessKeyId: "AKIAMETACREDDEMO0002" };
const signedWrongly: [string, SigningOptions, string, string][] = [
  ["another service", { service: "s3" }, "SignatureDoesNotMatch", "correct service: 'sts'"],
  ["a region that is none", { region: "moon" }, "SignatureDoesNotMatch", "valid region, not 'moon'"],
  ["an unknown key", { credentials: NEW_KEY }, "InvalidClientTokenId", "token included in the request is invalid"],
  [
    "a wrong secret",
    { credentials: { ...DEMO_USER, secretAccessKey: "wrong" } },
    "SignatureDoesNotMatch",
    "does not match the signature you provided",
  ],
];
test.each(signedWrongly)("signed with %s", async (_title, options, code, words) => {
  const fault = await ask(options);
  expect(fault).toMatchObject({ status: 403, code });
  expect(fault.message).toContain(words);
});

const scopes: [string, string | RegExp, string, string][] = [
  ["host not signed", ";host", "", "'Host' must be a 'SignedHeader'"],
  ["content type not signed after all", "content-type;", "", "does not match the signature you provided"],
  ["another day", /\/\d{8}\//, "/20200101/", "Date in Credential scope does not match"],
  ["another terminator", "aws4_request", "aws3_request", "valid terminator: 'aws4_request', not 'aws3_request'"],
];
test.each(scopes)("scope: %s", async (_title, from, to, words) => {
  const fault = await ask(
    {},
    withHeader("authorization", (value) => value.replace(from, to)),
  );
  expect(fault).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
  expect(fault.message).toContain(words);
});

const NOON = new Date("2026-03-01T12:00:00Z");
const dates: [string, number, string | undefined][] = [
  ["2026-03-01T11:45:00Z", 200, undefined],
  [
    "2026-03-01T11:44:59Z",
    403,
    "Signature expired: 20260301T114459Z is now earlier than 20260301T114500Z (20260301T120000Z - 15 min.)",
  ],
  ["2026-03-01T12:15:00Z", 200, undefined],
  [
    "2026-03-01T12:15:01Z",
    403,
    "Signature not yet current: 20260301T121501Z is still later than 20260301T121500Z (20260301T120000Z + 15 min.)",
  ],
];
test.each(dates)("at noon, signed at %s", async (signedAt, status, message) => {
  await using aws = startMockAws({ now: () => NOON });
  const request = await sign(stsRequest(aws.url, IDENTITY), { signingDate: new Date(signedAt) });
  const code = message && "SignatureDoesNotMatch";
  expect(await faultIn(await send(request))).toEqual({ status, code, message });
});
