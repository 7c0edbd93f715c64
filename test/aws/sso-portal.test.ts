import { describe, expect, test } from "bun:test";
import { HttpResponse } from "@smithy/core/protocols";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createSsoPortal, isUnauthorized } from "../../src/aws/sso-portal.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { messageOf } from "../../src/errors.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { CORP, ssoScene } from "../sso/sso-scene.ts";

async function scene() {
  const aws = startMockAws();
  const files = scratchAws({ url: aws.url });
  const sso = ssoScene({ home: files.path, clock: systemClock });
  const { token } = await sso.signIn();
  return {
    aws,
    token: token.accessToken,
    portal: createSsoPortal(createAwsHandler(process.env), systemClock),
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      await aws.stop();
    },
  };
}
const BUSY = { status: 429, code: "TooManyRequestsException", message: "HTTP 429 Unknown Code" };

test("every page of accounts and roles", async () => {
  await using it = await scene();
  const accounts = await it.portal.accounts(CORP.region, it.token);
  expect(accounts.map(({ accountId }) => accountId)).toEqual(["111122223333", "222233334444"]);
  expect(await it.portal.roles(CORP.region, it.token, "111122223333")).toEqual(["Developer", "ReadOnly"]);
});

test("a role whose name would steer a terminal is none", async () => {
  await using it = await scene();
  const body = JSON.stringify({
    roleList: [{ roleName: "Dev\u001B[2J" }, { roleName: "Admin\nprod" }, { roleName: "Ops" }],
  });
  it.aws.answerNext("ListAccountRoles", { status: 200, headers: { "content-type": "application/json" }, body });
  expect(await it.portal.roles(CORP.region, it.token, "111122223333")).toEqual(["Ops"]);
});

test("a list that does not end is given up", async () => {
  let asked = 0;
  const endless = {
    ...createAwsHandler(process.env),
    async handle() {
      const body = JSON.stringify({ accountList: [{ accountId: "111122223333" }], nextToken: `page ${++asked}` });
      const headers = { "content-type": "application/json" };
      if (asked > 2000) throw new Error("still asked");
      return { response: new HttpResponse({ statusCode: 200, headers, body: new TextEncoder().encode(body) }) };
    },
  };
  const accounts = createSsoPortal(endless, systemClock).accounts(CORP.region, "token");
  expect(await accounts.catch(messageOf)).toBe("the SSO portal's list does not end after 1000 pages");
});

test("an account that is not this person's has no roles", async () => {
  await using it = await scene();
  expect(await it.portal.roles(CORP.region, it.token, "999999999999")).toEqual([]);
});

test("too many requests are no failure: asked again, slower", async () => {
  await using it = await scene();
  it.aws.failNext("ListAccounts", BUSY);
  it.aws.failNext("ListAccounts", BUSY);
  expect(await it.portal.accounts(CORP.region, it.token)).toHaveLength(2);
  expect(it.aws.count("ListAccounts")).toBe(3);
});

describe("credentials", () => {
  const role = { accountId: "111122223333", roleName: "Developer" };

  test("of a role, with their end", async () => {
    await using it = await scene();
    const { credentials, expiration, accountId } = await it.portal.credentials(CORP.region, it.token, role);
    expect(credentials.accessKeyId).toStartWith("ASIA");
    expect((expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(59 * 60_000);
    expect(accountId).toBe("111122223333");
  });

  test("by a token that has ended", async () => {
    await using it = await scene();
    it.aws.sso.endAccessTokens();
    const error = await it.portal.credentials(CORP.region, it.token, role).catch((thrown: unknown) => thrown);
    expect(isUnauthorized(error)).toBe(true);
  });
});
