// Which STS is asked, and which SSO-OIDC: by the SDK's own switches, looked at from outside.
import { describe, expect, test } from "bun:test";
import { HttpResponse } from "@smithy/core/protocols";
import { credentials } from "../../src/aws/credentials.ts";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createSsoOidc } from "../../src/aws/sso-oidc.ts";
import { createSts } from "../../src/aws/sts.ts";
import { DEMO_USER } from "../../src/demo/world.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";

const ALICE = credentials({ ...DEMO_USER, sessionToken: undefined });

async function hostAsked(region: string, env: Record<string, string>): Promise<string> {
  using files = scratchAws();
  delete process.env["AWS_ENDPOINT_URL"];
  for (const [name, value] of Object.entries(env)) files.set(name, value);
  return await asker()(region);
}

/** Asks STS, and answers with the host that was asked. */
function asker(settingsStamp?: () => string | undefined): (region: string) => Promise<string> {
  const hosts: string[] = [];
  const sts = createSts(
    {
      metadata: { handlerProtocol: "http/1.1" },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      async handle({ hostname }) {
        hosts.push(hostname);
        return { response: new HttpResponse({ statusCode: 400, headers: {}, body: new Uint8Array() }) };
      },
    },
    systemClock,
    settingsStamp,
  );
  return async (region) => {
    await sts.callerIdentity(ALICE, region, new AbortController().signal).catch(() => undefined);
    return hosts.pop() ?? "";
  };
}

test("settings are looked up once for a region, and anew once they may have changed", async () => {
  using files = scratchAws();
  delete process.env["AWS_ENDPOINT_URL"];
  let stamp: string | undefined = "1";
  const ask = asker(() => stamp);
  expect(await ask("us-east-1")).toBe("sts.us-east-1.amazonaws.com");
  files.set("AWS_USE_FIPS_ENDPOINT", "true");
  expect(await ask("us-east-1")).toBe("sts.us-east-1.amazonaws.com");
  expect(await ask("us-west-2")).toBe("sts-fips.us-west-2.amazonaws.com");
  stamp = "2";
  expect(await ask("us-east-1")).toBe("sts-fips.us-east-1.amazonaws.com");
  files.set("AWS_USE_FIPS_ENDPOINT", "false");
  files.set("AWS_ENDPOINT_URL_STS", "http://sts.example.com");
  expect(await ask("us-east-1")).toBe("sts-fips.us-east-1.amazonaws.com");
  stamp = undefined;
  expect(await ask("us-east-1")).toBe("sts.example.com");
});

test.each<[string, Record<string, string>, string]>([
  ["eu-central-1", {}, "sts.eu-central-1.amazonaws.com"],
  ["us-east-1", {}, "sts.us-east-1.amazonaws.com"],
  ["cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn"],
  ["us-gov-west-1", {}, "sts.us-gov-west-1.amazonaws.com"],
  ["us-east-1", { AWS_USE_FIPS_ENDPOINT: "true" }, "sts-fips.us-east-1.amazonaws.com"],
  ["eu-central-1", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "sts.eu-central-1.api.aws"],
  ["us-east-1", { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "true" }, "sts-fips.us-east-1.api.aws"],
  ["eu-central-1", { AWS_ENDPOINT_URL_STS: "http://sts.example.com" }, "sts.example.com"],
])("%s with %j: %s", async (region, env, host) => {
  expect(await hostAsked(region, env)).toBe(host);
});

describe("where a browser asks for consent", () => {
  const authorize = async (region: string, env: Record<string, string>, scopes: string[] = []) => {
    using files = scratchAws();
    delete process.env["AWS_ENDPOINT_URL"];
    for (const [name, value] of Object.entries(env)) files.set(name, value);
    const session = { name: "corp", startUrl: "https://corp.awsapps.com/start", region, scopes };
    const oidc = createSsoOidc(createAwsHandler(process.env), process.env, systemClock);
    return new URL(await oidc.authorizeUrl(session, {}));
  };

  test.each<[string, Record<string, string>, string]>([
    ["eu-central-1", {}, "oidc.eu-central-1.amazonaws.com"],
    ["cn-north-1", {}, "oidc.cn-north-1.amazonaws.com.cn"],
    ["us-east-1", { AWS_USE_FIPS_ENDPOINT: "true" }, "oidc-fips.us-east-1.amazonaws.com"],
    ["eu-central-1", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "oidc.eu-central-1.api.aws"],
    ["eu-central-1", { AWS_ENDPOINT_URL_SSO_OIDC: "http://oidc.example.com/" }, "oidc.example.com"],
  ])("%s with %j: %s", async (region, env, host) => {
    expect((await authorize(region, env)).host).toBe(host);
  });

  test.each<[string[], string]>([
    [[], "sso:account:access"],
    [["sso:account:access"], "sso:account:access"],
    [["codewhisperer:completions"], "sso:account:access codewhisperer:completions"],
  ])("scopes of the session: %j", async (scopes, asked) => {
    expect((await authorize("eu-central-1", {}, scopes)).searchParams.get("scopes")).toBe(asked);
  });
});
