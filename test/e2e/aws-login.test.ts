// Profiles that somebody signed in to by `aws login`, on the compiled binary: used, renewed with a proof of the machine's
// key, refused, and unreachable.
import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { assume, keysOf, whoAmI } from "../demo/sts-client.ts";
import { LOGIN_SESSION, awsLogin } from "../support/aws-login.ts";
import { manualClock } from "../support/manual-clock.ts";
import { fortyAtOnce, ssoWorld } from "../support/sso-world.ts";
import { untilTrue } from "../support/until.ts";
import { freePort } from "../support/world.ts";

const AWS_CONFIG = `[profile signed-in]
login_session = ${LOGIN_SESSION}
region = eu-central-1
[profile on-top]
role_arn = arn:aws:iam::222233334444:role/ReadOnly
source_profile = signed-in
`;
const ENDED = 'metacred: the sign-in of the AWS profile "signed-in" has ended\n  try: aws login --profile signed-in\n';

async function scene(leftMs: number, awsAheadMs = 0) {
  const world = await ssoWorld({ awsConfig: AWS_CONFIG, config: `base = "signed-in"\n`, awsAheadMs });
  const clock = manualClock(new Date(Date.now() + awsAheadMs).toISOString());
  const first = keysOf(await assume(world.stsUrl, {}, { clock }));
  const file = await awsLogin(world, first, new Date(Date.now() + leftMs));
  const { as } = world;
  return {
    world,
    file,
    first,
    as,
    renewals: () => world.aws({ do: "count", action: "CreateOAuth2Token" }),
    async arn(role: string): Promise<string> {
      const { stdout, stderr } = await as(["credential-process", "--role", role]);
      if (stdout === "") return stderr;
      const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout) as Record<string, string>;
      const keys = { accessKeyId: AccessKeyId ?? "", secretAccessKey: SecretAccessKey ?? "" };
      return (await whoAmI(world.stsUrl, { ...keys, sessionToken: SessionToken ?? "" })).Arn ?? "";
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}
const HOUR_MS = 3_600_000;
const SOON_MS = 60_000;

describe("without a daemon", () => {
  test("keys that are good are used as they are", async () => {
    await using it = await scene(HOUR_MS);
    expect(await it.arn("signed-in")).toContain(":assumed-role/Developer/");
    expect(await it.arn("on-top")).toContain(":assumed-role/ReadOnly/");
    expect(await it.renewals()).toBe(0);
  });

  test.each([HOUR_MS, -HOUR_MS])(
    "on a machine whose clock is %i ms behind AWS, their end is this machine's",
    async (ms) => {
      await using it = await scene(HOUR_MS, ms);
      const { stdout } = await it.as(["credential-process"]);
      const leftMs = Date.parse(JSON.parse(stdout).Expiration) - Date.now();
      expect(Math.abs(leftMs - HOUR_MS)).toBeLessThan(20_000);
    },
  );

  test("keys that end are renewed where the AWS CLI keeps them, as is the refresh token", async () => {
    await using it = await scene(SOON_MS);
    const before = JSON.parse(readFileSync(it.file, "utf8"));
    expect(await it.arn("signed-in")).toBe(LOGIN_SESSION);
    const after = JSON.parse(readFileSync(it.file, "utf8"));
    expect(after).toMatchObject({ dpopKey: before.dpopKey, clientId: before.clientId });
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(await it.arn("on-top")).toContain(":assumed-role/ReadOnly/");
    expect(await it.renewals()).toBe(1);
  });

  test("forty at once renew it once", async () => {
    await using it = await scene(SOON_MS);
    const runs = await fortyAtOnce(it.as, ["credential-process"]);
    expect(new Set(runs.map(({ exitCode, stderr }) => `${exitCode} ${stderr}`))).toEqual(new Set(["0 "]));
    expect(await it.renewals()).toBe(1);
  });

  test("a sign-in that has ended: exit 4 and what to type, one desktop notice; good again after aws login", async () => {
    await using it = await scene(-SOON_MS);
    const refused = { status: 400, headers: { "x-amzn-ErrorType": "AccessDeniedException" } };
    const reply = { ...refused, body: JSON.stringify({ error: "TOKEN_EXPIRED", message: "expired" }) };
    await it.world.aws({ do: "answerNext", action: "CreateOAuth2Token", reply });
    for (let times = 0; times < 3; times++) expect(await it.arn("signed-in")).toBe(ENDED);
    await untilTrue("a notice came", () => it.world.notices().length > 0);
    expect(it.world.notices()).toEqual([
      'the sign-in of the AWS profile "signed-in" has ended: aws login --profile signed-in',
    ]);
    await awsLogin(it.world, it.first, new Date(Date.now() + HOUR_MS));
    expect(await it.arn("signed-in")).toContain(":assumed-role/Developer/");
  });

  test("nobody has signed in", async () => {
    await using it = await scene(HOUR_MS);
    rmSync(it.file);
    expect(await it.as(["credential-process"])).toMatchObject({ exitCode: 4, stderr: ENDED });
  });

  test.each([
    ["answers 503", { AWS_MAX_ATTEMPTS: "1" }, "it answered 503"],
    [
      "is not there",
      { AWS_ENDPOINT_URL_SIGNIN: "http://127.0.0.1:9", AWS_MAX_ATTEMPTS: "1" },
      "cannot renew the sign-in",
    ],
  ])("a service that %s is no reason to sign in again", async (_title, env, words) => {
    await using it = await scene(-SOON_MS);
    const reply = { status: 503, headers: {}, body: "{}" };
    await it.world.aws({ do: "answerNext", action: "CreateOAuth2Token", reply });
    const { exitCode, stderr } = await it.as(["credential-process"], env);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(words)]);
    expect(stderr).not.toContain("aws login");
    expect(it.world.notices()).toEqual([]);
  });
});

test("a daemon renews it at the start; when it ends it serves on, and use says what to type", async () => {
  await using it = await scene(SOON_MS);
  const serving = ["serve", "--background", "--no-redirect", "--port", String(freePort())];
  expect(await it.as(serving)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(LOGIN_SESSION) });
  expect(await it.renewals()).toBe(1);
  rmSync(it.file);
  expect(await it.as(["use", "on-top"])).toMatchObject({ exitCode: 4, stderr: ENDED });
  expect(JSON.parse((await it.as(["status", "--json"])).stdout)).toMatchObject({ state: "serving" });
  await awsLogin(it.world, it.first, new Date(Date.now() + HOUR_MS));
  expect(await it.as(["use", "on-top"])).toMatchObject({ exitCode: 0 });
});
