// Every way to base credentials that needs nobody, on the compiled binary, without a daemon and with one.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { assume, keysOf, whoAmI } from "../demo/sts-client.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const ALICE = "arn:aws:iam::111122223333:user/alice";
const ENDPOINT = ["serve", "--no-redirect", "--background"];
const DEVELOPER = /^arn:aws:sts::111122223333:assumed-role\/Developer\//;
const READ_ONLY = /^arn:aws:sts::222233334444:assumed-role\/ReadOnly\//;

/** Whose credentials metacred prints, as AWS sees it. */
async function identity(world: World, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await world.metacred(["credential-process", ...words], { env });
  if (exitCode !== 0) return stderr;
  const printed = JSON.parse(stdout) as { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = printed;
  return (await whoAmI(world.stsUrl, { accessKeyId, secretAccessKey, sessionToken })).Arn ?? "";
}

const { accessKeyId, secretAccessKey } = DEMO_USER;
const PROFILES = `
[profile chain]
role_arn = ${DEMO_ROLES.readOnly}
source_profile = middle
[profile middle]
role_arn = ${DEMO_ROLES.developer}
source_profile = corp
external_id = x
[profile web]
role_arn = ${DEMO_ROLES.developer}
web_identity_token_file = WEB
role_session_name = web
[profile process]
credential_process = cat PROCESS
[profile by-environment]
role_arn = ${DEMO_ROLES.developer}
credential_source = Environment
[profile signed-in]
login_session = arn:aws:iam::111122223333:user/alice
[profile signed-out]
login_session = arn:aws:iam::111122223333:user/bob
`;

async function worldOfSources(): Promise<World> {
  const world = await testWorld();
  const session = keysOf(await assume(world.stsUrl));
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const process = world.file(
    "process.json",
    JSON.stringify({
      Version: 1,
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: soon,
    }),
  );
  const web = world.file("web-token", "a-web-identity-token");
  world.file(
    "aws/config",
    `[profile corp]\nregion = eu-central-1\n${PROFILES.replace("WEB", web).replace("PROCESS", process)}`,
  );
  // As `aws login` leaves it.
  const name = createHash("sha256").update("arn:aws:iam::111122223333:user/alice").digest("hex");
  world.file(
    `home/.aws/login/cache/${name}.json`,
    JSON.stringify({
      accessToken: { ...session, accountId: "111122223333", expiresAt: soon },
      clientId: "client",
      refreshToken: "refresh",
      dpopKey: "key",
    }),
  );
  return world;
}

describe("without a daemon", () => {
  test.each<[string, RegExp, Record<string, string>]>([
    ["corp", new RegExp(`^${ALICE}$`), {}],
    ["dev", DEVELOPER, {}],
    ["chain", READ_ONLY, {}],
    ["web", /assumed-role\/Developer\/web$/, {}],
    ["process", DEVELOPER, {}],
    ["signed-in", DEVELOPER, {}],
    [
      "environment",
      new RegExp(`^${ALICE}$`),
      { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    ],
    ["by-environment", DEVELOPER, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }],
    [
      "signed-out",
      /the sign-in of the AWS profile "signed-out" has ended\n {2}try: aws login --profile signed-out/,
      {},
    ],
  ])("%s", async (role, wanted, env) => {
    await using world = await worldOfSources();
    expect(await identity(world, ["--role", role], env)).toMatch(wanted);
  });
});

test("with a daemon: a switch through all of them, and an edited file is read again", async () => {
  await using world = await worldOfSources();
  await world.metacred([...ENDPOINT, "--role", "dev", "--port", String(freePort())]);
  for (const [role, wanted] of [
    ["chain", READ_ONLY],
    ["web", DEVELOPER],
    ["process", DEVELOPER],
    ["signed-in", DEVELOPER],
  ] as const) {
    expect((await world.metacred(["use", role])).exitCode).toBe(0);
    expect(await identity(world, [])).toMatch(wanted);
  }
  world.file(
    "aws/config",
    `[profile corp]\nregion = eu-central-1\n[profile new]\nsource_profile = corp\nrole_arn = ${DEMO_ROLES.readOnly}\n`,
  );
  await world.metacred(["use", "new"]);
  expect(await identity(world, [])).toMatch(READ_ONLY);
});

describe("a session that is shorter than asked", () => {
  test("is said by serve and status", async () => {
    await using world = await testWorld({
      config: `${CONFIG}[roles.long]\nrole_arn = "${DEMO_ROLES.readOnly}"\nduration = "4h"\n`,
    });
    const note = `AWS refused sessions of 4h for ${DEMO_ROLES.readOnly}: they last 1h until its maximum is raised`;
    const served = await world.metacred([...ENDPOINT, "--role", "long", "--port", String(freePort())]);
    expect(served.stderr).toContain(`metacred: ${note}\n`);
    expect((await world.metacred(["status"])).stdout).toContain(note);
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(status).toMatchObject({ notes: [note], needs: null, clock_skew_seconds: 0 });
  });

  test("by a session policy: its text reaches AWS, from a file beside the config", async () => {
    await using world = await testWorld({
      config: `${CONFIG}[roles.scoped]\nrole_arn = "${DEMO_ROLES.developer}"\npolicy = "read.json"\n`,
    });
    const broken = await world.metacred(["credential-process", "--role", "scoped"]);
    expect([broken.exitCode, broken.stderr]).toEqual([
      2,
      expect.stringContaining(`config.toml:11: "roles.scoped.policy": cannot read ${world.folder}/read.json\n`),
    ]);
    world.file("read.json", `{ "Statement": [] }`);
    expect(await identity(world, ["--role", "scoped"])).toMatch(DEVELOPER);
  });
});
