// Every way to base credentials that needs nobody, on the compiled binary, without a daemon and with one.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { assume, keysOf, whoAmI } from "../demo/sts-client.ts";
import { LOGIN_SESSION, awsLogin } from "../support/aws-login.ts";
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
login_session = ${LOGIN_SESSION}
[profile by-container]
role_arn = ${DEMO_ROLES.readOnly}
credential_source = EcsContainer
[profile by-instance]
role_arn = ${DEMO_ROLES.readOnly}
credential_source = Ec2InstanceMetadata
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
  await awsLogin(world, session, new Date(soon));
  return world;
}

describe("without a daemon", () => {
  test.each<[string, RegExp, Record<string, string>]>([
    ["corp", new RegExp(`^${ALICE}$`), {}],
    ["dev", DEVELOPER, {}],
    ["chain", READ_ONLY, {}],
    ["web", /assumed-role\/Developer\/web$/, {}],
    ["process", DEVELOPER, {}],
    ["by-instance", /which is metacred itself: a loop\n {2}try: give "by-instance" a source_profile/, {}],
    [
      "environment",
      new RegExp(`^${ALICE}$`),
      { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    ],
    ["by-environment", DEVELOPER, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }],
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

describe("credentials of a container", () => {
  /** As ECS and EKS have it: the address and a token in the environment. */
  async function container(world: World) {
    const {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: Token,
    } = keysOf(await assume(world.stsUrl));
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    let asked = 0;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        asked++;
        const isRight = request.headers.get("authorization") === "of the container";
        return isRight
          ? Response.json({ AccessKeyId, SecretAccessKey, Token, Expiration })
          : new Response("no", { status: 401 });
      },
    });
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${server.port}/v2/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "of the container",
    };
    return { env, asked: () => asked, [Symbol.asyncDispose]: () => server.stop(true) };
  }

  test("are what a role with credential_source = EcsContainer is assumed from", async () => {
    await using world = await worldOfSources();
    await using ecs = await container(world);
    expect(await identity(world, ["--role", "by-container"], ecs.env)).toMatch(READ_ONLY);
    const words = [...ENDPOINT, "--role", "by-container", "--port", String(freePort())];
    expect((await world.metacred(words, { env: ecs.env })).exitCode).toBe(0);
    expect(await identity(world, [])).toMatch(READ_ONLY);
    expect(ecs.asked()).toBe(2);
  });

  test("without an address: two lines", async () => {
    await using world = await worldOfSources();
    const said = await identity(world, ["--role", "by-container"]);
    expect(said).toMatch(/^metacred: the AWS profile "by-container" gave no credentials: .*\n {2}try: .*\n$/);
  });
});

test("another metadata service: another metacred, asked with a token as an instance's is", async () => {
  await using upstream = await testWorld();
  const port = String(freePort());
  await upstream.metacred([...ENDPOINT, "--role", "dev", "--port", port]);
  await using world = await testWorld({ config: `[sources.other]\nurl = "http://127.0.0.1:${port}"\n` });
  const env = { AWS_ENDPOINT_URL_STS: upstream.stsUrl };
  const { stdout } = await world.metacred(["credential-process", "--role", "other"], { env });
  const mine = JSON.parse((await upstream.metacred(["credential-process"])).stdout);
  expect(JSON.parse(stdout)).toMatchObject({ AccessKeyId: mine.AccessKeyId, AccountId: "111122223333" });
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
