import { describe, expect, test } from "bun:test";
import { readAuthorization, signatureOf } from "../../src/demo/sigv4.ts";
import { sign } from "./signed-fetch.ts";
import type { PlainRequest } from "./signed-fetch.ts";

const ALICE = "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request";
const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const SIGNING_DATE = new Date("2015-08-30T12:36:00Z");
const AMZ_DATE = "20150830T123600Z";

function recompute(request: PlainRequest): { sent: string | undefined; computed: string | undefined } {
  const authorization = readAuthorization(request.headers["authorization"] ?? "");
  const query = Object.entries(request.query).map((pair) => pair.map(encodeURIComponent).join("="));
  const received = { ...request, headers: new Headers(request.headers), query: query.join("&") };
  const computed = authorization && signatureOf(received, authorization, AMZ_DATE, CREDENTIALS.secretAccessKey);
  return { sent: authorization?.signature, computed };
}

const PLAIN: PlainRequest = {
  method: "POST",
  protocol: "https:",
  hostname: "sts.example.com",
  path: "/",
  query: {},
  headers: { host: "sts.example.com" },
  body: "",
};

describe("signatureOf", () => {
  test("the worked example of AWS's documentation: IAM ListUsers", () => {
    const request: PlainRequest = {
      ...PLAIN,
      method: "GET",
      query: { Action: "ListUsers", Version: "2010-05-08" },
      headers: {
        host: "iam.amazonaws.com",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-amz-date": AMZ_DATE,
        authorization: `AWS4-HMAC-SHA256 ${ALICE}, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7`,
      },
    };
    const { sent, computed } = recompute(request);
    expect(computed).toBe(sent);
  });

  const requests: [string, Partial<PlainRequest>][] = [
    ["empty body", {}],
    ["form body", { body: "Action=GetCallerIdentity&Version=2011-06-15" }],
    ["body beyond ASCII", { body: "Tags.member.1.Value=Zürich" }],
    ["query beyond ASCII", { method: "GET", query: { Name: "Zürich & 東京" } }],
    ["query with reserved characters", { method: "GET", query: { Token: "a+b/c==", Text: "!'()*~ -_." } }],
    ["query names of which one starts the other", { method: "GET", query: { "a.10": "x", "a.1": "y", a: "z" } }],
    ["query value that is empty", { method: "GET", query: { Flag: "" } }],
    ["header with runs of spaces", { headers: { host: "h", "x-amz-meta": "  a   b  " } }],
    ["header names in disorder", { headers: { "x-amz-b": "1", host: "h", "x-amz-a": "2" } }],
    ["path with a space", { path: "/federation/my%20role" }],
  ];
  test.each(requests)("agrees with AWS's signer: %s", async (_title, change) => {
    const options = { credentials: CREDENTIALS, service: "iam", signingDate: SIGNING_DATE };
    const { sent, computed } = recompute(await sign({ ...PLAIN, ...change }, options));
    expect(sent).toMatch(/^[0-9a-f]{64}$/);
    expect(computed).toBe(sent);
  });
});

test("signatureOf takes the signed headers in alphabetical order, however they are listed", async () => {
  const request = await sign(PLAIN, { credentials: CREDENTIALS, service: "iam", signingDate: SIGNING_DATE });
  const authorization = request.headers["authorization"] ?? "";
  const listed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? "";
  const reversed = listed.split(";").toReversed().join(";");
  expect(reversed).not.toBe(listed);
  const headers = { ...request.headers, authorization: authorization.replace(listed, reversed) };
  const { sent, computed } = recompute({ ...request, headers });
  expect(computed).toBe(sent);
});

describe("readAuthorization", () => {
  test.each([
    `AWS4-HMAC-SHA256 ${ALICE}, SignedHeaders=host;x-amz-date, Signature=abc`,
    `AWS4-HMAC-SHA256 ${ALICE},SignedHeaders=host;x-amz-date,Signature=abc`,
    `AWS4-HMAC-SHA256 Signature=abc, SignedHeaders=host;x-amz-date, ${ALICE}`,
  ])("%s", (header) => {
    expect(readAuthorization(header)).toEqual({
      accessKeyId: "AKIDEXAMPLE",
      date: "20150830",
      region: "us-east-1",
      service: "iam",
      terminator: "aws4_request",
      signedHeaders: ["host", "x-amz-date"],
      signature: "abc",
    });
  });

  test.each([
    "",
    "Bearer abc",
    `AWS4-HMAC-SHA256 ${ALICE}, SignedHeaders=host`,
    `AWS4-HMAC-SHA256 ${ALICE}, Signature=abc`,
    "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam, SignedHeaders=host, Signature=abc",
    `AWS4-HMAC-SHA256 ${ALICE}/more, SignedHeaders=host, Signature=abc`,
    `AWS4-ECDSA-P256-SHA256 ${ALICE}, SignedHeaders=host, Signature=abc`,
  ])("refused: %s", (header) => {
    expect(readAuthorization(header)).toBeUndefined();
  });
});
