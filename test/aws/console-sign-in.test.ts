import { describe, expect, test } from "bun:test";
import { consoleAddress, consolePage } from "../../src/aws/console-sign-in.ts";
import type { OutboundRequest } from "../../src/aws/outbound.ts";
import { failureOf } from "../support/failure.ts";

const SESSION = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "a/secret", sessionToken: "a token" };

describe("the page of each partition", () => {
  test.each([
    ["aws", "eu-central-1", undefined, "https://console.aws.amazon.com/console/home?region=eu-central-1"],
    ["aws", undefined, "s3", "https://console.aws.amazon.com/s3/home"],
    ["aws-cn", "cn-north-1", "ec2", "https://console.amazonaws.cn/ec2/home?region=cn-north-1"],
    ["aws-us-gov", "us-gov-west-1", "IAM", "https://console.amazonaws-us-gov.com/iam/home?region=us-gov-west-1"],
    ["aws-iso", "us-iso-east-1", "cfn", "https://console.c2shome.ic.gov/cloudformation/home?region=us-iso-east-1"],
    ["aws-iso-b", undefined, "ec2/v2", "https://console.sc2shome.sgov.gov/ec2/v2/home"],
    ["aws-eusc", "eusc-de-east-1", "vpc", "https://console.amazonaws-eusc.eu/vpcconsole/home?region=eusc-de-east-1"],
  ])("%s %p %p", (partition, region, service, page) => {
    expect(consolePage({ partition, region, service })).toBe(page);
  });

  test.each(["", "..", "s3/../x", "a b", "-x", "//evil.example", "s3?x", "s3#x"])("no service: %j", (service) => {
    expect(() => consolePage({ partition: "aws", region: undefined, service })).toThrow("is no service of the console");
  });

  test("a partition of tomorrow", () => {
    expect(() => consolePage({ partition: "aws-moon", region: undefined, service: undefined })).toThrow("aws-moon");
  });
});

describe("the address", () => {
  const place = { partition: "aws-cn", region: "cn-north-1", service: "s3" };
  const answering = (status: number, body: string) => {
    const asked: OutboundRequest[] = [];
    const send = async (request: OutboundRequest) => {
      asked.push(request);
      return { status, headers: new Headers(), body: new TextEncoder().encode(body) };
    };
    return { asked, send };
  };

  test("the session is handed over, the token is in the address", async () => {
    const { asked, send } = answering(200, '{"SigninToken":"t+o/k"}');
    const address = new URL(await consoleAddress(SESSION, place, { send, env: {} }));
    expect(address.origin + address.pathname).toBe("https://signin.amazonaws.cn/federation");
    expect(Object.fromEntries(address.searchParams)).toEqual({
      Action: "login",
      Issuer: "metacred",
      Destination: "https://console.amazonaws.cn/s3/home?region=cn-north-1",
      SigninToken: "t+o/k",
    });
    const request = new URL(asked[0]?.url ?? "");
    expect([asked.length, asked[0]?.method, request.origin]).toEqual([1, "GET", "https://signin.amazonaws.cn"]);
    expect(request.searchParams.get("Action")).toBe("getSigninToken");
    expect(JSON.parse(request.searchParams.get("Session") ?? "")).toEqual({
      sessionId: "ASIAEXAMPLE",
      sessionKey: "a/secret",
      sessionToken: "a token",
    });
  });

  test.each([
    ["AWS_ENDPOINT_URL_SIGNIN", "http://127.0.0.1:1/"],
    ["AWS_ENDPOINT_URL", "http://127.0.0.1:1"],
  ])("%s names another endpoint", async (name, url) => {
    const { asked, send } = answering(200, '{"SigninToken":"t"}');
    await consoleAddress(SESSION, place, { send, env: { [name]: url } });
    expect(asked[0]?.url).toStartWith("http://127.0.0.1:1/federation?");
  });

  test.each([
    [400, "", 6, "AWS gave no sign-in to the console for this session (400)"],
    [200, "<html>", 1, "signin.amazonaws.cn answered 200 without a sign-in token"],
    [200, '{"SigninToken":""}', 1, "signin.amazonaws.cn answered 200 without a sign-in token"],
    [302, "", 1, "signin.amazonaws.cn answered 302 without a sign-in token"],
    [500, '{"SigninToken":"t"}', 1, "signin.amazonaws.cn answered 500 without a sign-in token"],
  ])("%p %j", async (status, body, exit, message) => {
    const { send } = answering(status, body);
    expect(await failureOf(() => consoleAddress(SESSION, place, { send, env: {} }))).toMatchObject({ exit, message });
  });

  test("a network that fails: its error names no key", async () => {
    const send = async ({ url }: OutboundRequest) => Promise.reject(new Error(`unable to fetch ${url}`));
    const failure = await failureOf(() => consoleAddress(SESSION, place, { send, env: {} }));
    expect(Bun.inspect(failure)).not.toMatch(/ASIAEXAMPLE|a%2Fsecret|a\/secret/);
    expect(failure.message).toBe("cannot sign in to the AWS console: unable to fetch https://signin.amazonaws.cn");
  });
});
