// `exec` with the forms of ECS and EKS: at the addresses of their agents, through the real redirect.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { builtBinary } from "../support/built-binary.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, isAlive, testWorld } from "../support/world.ts";

const OTHER_UID = 65_534;
const withAgent = (agent: "ecs" | "eks", imds = "") => `${CONFIG}${imds}[exec]\nendpoint = "${agent}"\n`;
const serve = (world: World, more: readonly string[] = []) =>
  world.metacred(["serve", "--role", "dev", "--background", ...more]);
const given = async (world: World) => {
  const { stdout } = await world.metacred(["exec", "--role", "prod-readonly", "--", "env"]);
  return Object.fromEntries(
    stdout
      .split("\n")
      .filter((line) => line.startsWith("AWS_CONTAINER_"))
      .map((line) => [line.slice("AWS_CONTAINER_".length, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
};
const ask = (world: World, url: string, headers: readonly string[] = [], how = {}) =>
  world.run(["curl", "-sS", "-m", "5", "-w", " %{http_code}", ...headers.flatMap((one) => ["-H", one]), url], how);
const traces = async (world: World) =>
  (await world.run(["sh", "-c", "nft list ruleset; ip -o address show dev lo | grep -e 169.254 -e fd00"])).stdout;
const BOTOCORE = `
import botocore.session, sys
session = botocore.session.get_session()
print(session.get_credentials().method, session.create_client("sts", endpoint_url=sys.argv[1]).get_caller_identity()["Arn"])`;

describe.skipIf(!canUseNetns(["nft", "curl", "/usr/bin/python3"]))("exec", () => {
  test("ecs: a relative address and no more; botocore gets the role, another user does not", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("ecs") });
    expect((await serve(world)).exitCode).toBe(0);
    const { CREDENTIALS_RELATIVE_URI: path, ...more } = await given(world);
    expect([path, more]).toEqual([expect.stringMatching(/^\/v1\/[\w-]{43}$/), {}]);
    const asked = await world.metacred(
      ["exec", "--role", "prod-readonly", "--", "/usr/bin/python3", "-c", BOTOCORE, world.stsUrl],
      { env: { AWS_EC2_METADATA_DISABLED: "true" } },
    );
    expect(asked.stdout).toMatch(/^container-role arn:aws:sts::222233334444:assumed-role\/ReadOnly\//);
    const url = `http://169.254.170.2${path}`;
    expect((await ask(world, url)).stdout).toMatch(/"Code":"Success".* 200$/);
    expect((await ask(world, `${url}x`)).stdout).toEndWith(" 404");
    // Not redirected, and refused at the port itself.
    expect(await ask(world, url, [], { uid: OTHER_UID })).toMatchObject({ exitCode: 7 });
    const port = /"169\.254\.170\.2=(\d+)"|169\.254\.170\.2=(\d+)/.exec((await world.metacred(["net", "plan"])).stdout);
    const direct = `http://127.0.0.1:${port?.[1] ?? port?.[2]}${path}`;
    expect((await ask(world, direct, [], { uid: OTHER_UID })).stdout).toMatch(/"AccessDenied".* 403$/);
    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout)).toMatchObject({
      role: { name: "dev" },
      redirect: { healthy: true },
      refusals: { uid: 1 },
    });
    expect(await traces(world)).toContain("169.254.170.2/32");
    await world.metacred(["stop"]);
    expect(await traces(world)).toBe("");
  });

  test("eks: the token is in a file of the owner's, over IPv4 and IPv6, until the daemon ends", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("eks", "[imds]\nipv6 = true\n") });
    expect((await serve(world)).exitCode).toBe(0);
    const { CREDENTIALS_FULL_URI: url = "", AUTHORIZATION_TOKEN_FILE: file = "", ...more } = await given(world);
    expect([url, more]).toEqual([expect.stringMatching(/^http:\/\/169\.254\.170\.23\/v1\/[\w-]{43}$/), {}]);
    const token = readFileSync(file, "utf8");
    expect([token, statSync(file).mode & 0o777]).toEqual([expect.stringMatching(/^[\w-]{43}$/), 0o600]);
    for (const host of ["169.254.170.23", "[fd00:ec2::23]"]) {
      const there = url.replace("169.254.170.23", host);
      expect([host, (await ask(world, there, [`Authorization: ${token}`])).stdout]).toEqual([
        host,
        expect.stringMatching(/"Code":"Success".* 200$/),
      ]);
      expect((await ask(world, there)).stdout).toMatch(/"message":"the Authorization header.* 401$/);
    }
    await world.metacred(["stop"]);
    expect([existsSync(file), await traces(world)]).toEqual([false, ""]);
  });

  test("after kill -9 nothing of the redirect is left; the next daemon takes the dead one's tokens away", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("eks") });
    await serve(world);
    const { AUTHORIZATION_TOKEN_FILE: old = "" } = await given(world);
    const pid = await world.daemonPid();
    process.kill(pid, "SIGKILL");
    await untilTrue("the daemon has ended", () => !isAlive(pid));
    await untilTrue("nothing is left", async () => (await traces(world)) === "");
    await serve(world);
    const { AUTHORIZATION_TOKEN_FILE: file = "" } = await given(world);
    expect(readdirSync(`${world.folder}/run/metacred/tokens`).map((name) => file.endsWith(name))).toEqual([true]);
    expect(existsSync(old)).toBe(false);
  });

  test("a newer daemon takes the address over; its end leaves nothing", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("eks") });
    const older = await builtBinary("0.0.1");
    await world.run([older, "serve", "--role", "dev", "--background"]);
    const { AUTHORIZATION_TOKEN_FILE: old = "" } = await given(world);
    expect((await serve(world)).exitCode).toBe(0);
    expect(existsSync(old)).toBe(false);
    const { CREDENTIALS_FULL_URI: url = "", AUTHORIZATION_TOKEN_FILE: file = "" } = await given(world);
    const asked = await ask(world, url, [`Authorization: ${readFileSync(file, "utf8")}`]);
    expect(asked.stdout).toMatch(/"Code":"Success".* 200$/);
    await world.metacred(["stop"]);
    expect([readdirSync(`${world.folder}/run/metacred`), await traces(world)]).toEqual([[], ""]);
  });

  test("without the redirect it says so; net up brings the agent's address, too", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("ecs") });
    await serve(world, ["--no-redirect"]);
    expect(await world.metacred(["exec", "--", "true"])).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr:
        'metacred: [exec] endpoint is "ecs", whose address does not lead to metacred without the redirect\n' +
        "  try: metacred net up\n",
    });
    await world.metacred(["net", "up"]);
    const { CREDENTIALS_RELATIVE_URI: path } = await given(world);
    expect((await ask(world, `http://169.254.170.2${path}`)).stdout).toEndWith(" 200");
    // Somebody flushes the rules: the agent's come back with the others.
    await world.run(["nft", "flush", "ruleset"]);
    await untilTrue("it answers again", async () =>
      (await ask(world, `http://169.254.170.2${path}`)).stdout.endsWith(" 200"),
    );
    expect((await world.metacred(["net", "down"])).exitCode).toBe(0);
    expect(await traces(world)).toBe("");
  });

  test("an agent that is there already is not hidden", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: withAgent("ecs") });
    await ns.run(["ip", "address", "add", "169.254.170.2/32", "dev", "lo"]);
    ns.spawn(["python3", "-m", "http.server", "--bind", "169.254.170.2", "80"]);
    await untilTrue("it listens", async () => (await ask(world, "http://169.254.170.2/")).exitCode === 0);
    const { exitCode, stderr } = await serve(world);
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining("metacred: another service answers at 169.254.170.2 already: "),
    ]);
    expect(await world.run(["nft", "list", "ruleset"])).toMatchObject({ stdout: "" });
  });
});
