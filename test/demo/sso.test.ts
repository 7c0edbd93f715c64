// The mock's IAM Identity Center, asked by the AWS SDK's own clients, on a clock that stands still.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { ListAccountRolesCommand, ListAccountsCommand, SSOClient, paginateListAccounts } from "@aws-sdk/client-sso";
import {
  CreateTokenCommand,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import type { SsoOptions } from "../../src/demo/sso-world.ts";
import { manualClock } from "../support/manual-clock.ts";

const START_URL = "https://corp.awsapps.com/start";
const REDIRECT = "http://127.0.0.1:5555/oauth/callback";
const DEVICE = "urn:ietf:params:oauth:grant-type:device_code";
const VERIFIER = "v".repeat(43);

function scene(sso: SsoOptions = {}) {
  const clock = manualClock();
  const aws = startMockAws({ now: () => clock.now(), sso });
  const where = { region: "eu-central-1", endpoint: aws.url, maxAttempts: 1 };
  const oidc = new SSOOIDCClient(where);
  const portal = new SSOClient(where);
  const register = (scopes: string[] | undefined = ["sso:account:access"]) =>
    oidc.send(
      new RegisterClientCommand({
        clientName: "t",
        clientType: "public",
        scopes,
        grantTypes: ["authorization_code", DEVICE, "refresh_token"],
        redirectUris: ["http://127.0.0.1/oauth/callback"],
        issuerUrl: START_URL,
      }),
    );
  type Client = Awaited<ReturnType<typeof register>>;
  const of = ({ clientId, clientSecret }: Client) => ({ clientId, clientSecret });
  return {
    aws,
    clock,
    portal,
    register,
    device: (client: Client) => oidc.send(new StartDeviceAuthorizationCommand({ ...of(client), startUrl: START_URL })),
    token: (client: Client, grant: { grantType: string; [name: string]: string | undefined }) =>
      oidc.send(new CreateTokenCommand({ ...of(client), ...grant })),
    async code(client: Client): Promise<string> {
      const query = new URLSearchParams({
        response_type: "code",
        client_id: client.clientId ?? "",
        redirect_uri: REDIRECT,
        state: "s",
        code_challenge_method: "S256",
        code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
      });
      const page = await fetch(`${aws.url}/authorize?${query.toString()}`, { redirect: "manual" });
      return new URL(page.headers.get("location") ?? "").searchParams.get("code") ?? "";
    },
    [Symbol.asyncDispose]: () => aws.stop(),
  };
}

async function errorOf(asking: Promise<unknown>): Promise<string> {
  return asking.then(
    () => "none",
    (error: Error) => error.name,
  );
}

describe("a device", () => {
  test("pending, too fast, let in, once", async () => {
    await using it = scene({ intervalSeconds: 5 });
    const client = await it.register();
    const { deviceCode, verificationUriComplete } = await it.device(client);
    const ask = () => errorOf(it.token(client, { grantType: DEVICE, deviceCode }));
    expect([await ask(), await ask()]).toEqual(["AuthorizationPendingException", "SlowDownException"]);
    await it.clock.advance(5000);
    expect(await ask()).toBe("AuthorizationPendingException");
    await fetch(verificationUriComplete ?? "");
    expect([await ask(), await ask()]).toEqual(["none", "InvalidGrantException"]);
  });

  test("denied; too late", async () => {
    await using it = scene();
    const client = await it.register();
    const first = await it.device(client);
    const ask = (deviceCode?: string) => errorOf(it.token(client, { grantType: DEVICE, deviceCode }));
    it.aws.sso.consent("deny");
    await fetch(first.verificationUriComplete ?? "");
    expect(await ask(first.deviceCode)).toBe("AccessDeniedException");
    const second = await it.device(client);
    await it.clock.advance(601_000);
    expect(await ask(second.deviceCode)).toBe("ExpiredTokenException");
  });
});

describe("a code from the browser", () => {
  const grant = (code: string, more: object = {}) => ({
    grantType: "authorization_code",
    code,
    redirectUri: REDIRECT,
    codeVerifier: VERIFIER,
    ...more,
  });

  test("works once", async () => {
    await using it = scene();
    const client = await it.register();
    const code = await it.code(client);
    expect(await errorOf(it.token(client, grant(code)))).toBe("none");
    expect(await errorOf(it.token(client, grant(code)))).toBe("InvalidGrantException");
  });

  test.each<[string, object]>([
    ["another verifier", { codeVerifier: "w".repeat(43) }],
    ["another address", { redirectUri: "http://127.0.0.1:1/oauth/callback" }],
  ])("is worth nothing with %s, and then nothing at all", async (_title, more) => {
    await using it = scene();
    const client = await it.register();
    const code = await it.code(client);
    expect(await errorOf(it.token(client, grant(code, more)))).toBe("InvalidGrantException");
    expect(await errorOf(it.token(client, grant(code)))).toBe("InvalidGrantException");
  });

  test("is not for another client", async () => {
    await using it = scene();
    const code = await it.code(await it.register());
    expect(await errorOf(it.token(await it.register(), grant(code)))).toBe("InvalidGrantException");
  });
});

describe("tokens", () => {
  const signIn = async (it: ReturnType<typeof scene>, scopes?: string[]) => {
    const client = await it.register(scopes);
    const grant = { grantType: "authorization_code", redirectUri: REDIRECT, codeVerifier: VERIFIER };
    return { client, ...(await it.token(client, { ...grant, code: await it.code(client) })) };
  };

  test("a refresh token works once, and gives another", async () => {
    await using it = scene();
    const { client, refreshToken } = await signIn(it);
    const refresh = (token = refreshToken) => it.token(client, { grantType: "refresh_token", refreshToken: token });
    const { refreshToken: next } = await refresh();
    expect([await errorOf(refresh()), await errorOf(refresh(next))]).toEqual(["InvalidGrantException", "none"]);
  });

  test("an access token ends; a client does, too", async () => {
    await using it = scene({ clientSeconds: 7200 });
    const { client, accessToken, refreshToken } = await signIn(it);
    await it.clock.advance(3_600_000);
    expect(await errorOf(it.portal.send(new ListAccountsCommand({ accessToken })))).toBe("UnauthorizedException");
    await it.clock.advance(3_600_000);
    expect(await errorOf(it.token(client, { grantType: "refresh_token", refreshToken }))).toBe(
      "InvalidClientException",
    );
  });

  test("one for another purpose opens no accounts", async () => {
    await using it = scene();
    const { accessToken } = await signIn(it, ["codewhisperer:completions"]);
    expect(await errorOf(it.portal.send(new ListAccountsCommand({ accessToken })))).toBe("ForbiddenException");
  });

  test("without scopes there is no refresh token", async () => {
    await using it = scene();
    expect((await signIn(it, [])).refreshToken).toBeUndefined();
  });

  test("accounts come in pages; a foreign one is forbidden", async () => {
    const accounts = Array.from({ length: 5 }, (_, index) => ({
      accountId: `00000000000${index}`,
      accountName: `a${index}`,
      roles: ["Dev"],
    }));
    await using it = scene({ accounts });
    const { accessToken } = await signIn(it);
    const sizes: number[] = [];
    for await (const page of paginateListAccounts({ client: it.portal }, { accessToken })) {
      sizes.push(page.accountList?.length ?? 0);
    }
    expect(sizes).toEqual([2, 2, 1]);
    const foreign = new ListAccountRolesCommand({ accessToken, accountId: "999999999999" });
    expect(await errorOf(it.portal.send(foreign))).toBe("ForbiddenException");
  });
});

test("a recorded call shows no secret", async () => {
  await using it = scene();
  const client = await it.register();
  const { deviceCode } = await it.device(client);
  await errorOf(it.token(client, { grantType: DEVICE, deviceCode }));
  expect(it.aws.calls.at(-1)).toMatchObject({ action: "CreateToken", outcome: "AuthorizationPendingException" });
  expect(JSON.stringify(it.aws.calls)).not.toContain(client.clientSecret ?? "?");
  expect(JSON.stringify(it.aws.calls)).not.toContain(deviceCode ?? "?");
});
