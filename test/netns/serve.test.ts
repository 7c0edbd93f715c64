// The main job on the compiled binary: real clients, told nothing, through the real redirect, with no route out.
import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { type World, isAlive, testWorld } from "../support/world.ts";

const NO_AWS = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
const CLIENT_ENV = {
  ...NO_AWS,
  AWS_REGION: "eu-central-1",
  AWS_DEFAULT_REGION: "eu-central-1",
  AWS_EC2_METADATA_V1_DISABLED: "true",
};
const OTHER_UID = 65_534;

// Debian's 2.9 does not know AWS_ENDPOINT_URL_STS, so the mock is named on the command line.
const awsCli = async (world: World) => {
  const words = ["sts", "get-caller-identity", "--endpoint-url", world.stsUrl, "--query", "Arn", "--output", "text"];
  const { stdout, stderr } = await world.run(["/usr/bin/aws", ...words], { env: CLIENT_ENV });
  return `${stdout}${stderr}`.trim();
};
const BOTOCORE = `
import botocore.session, sys
client = botocore.session.get_session().create_client("sts", endpoint_url=sys.argv[1])
print(client.get_caller_identity()["Arn"])`;
const botocore = async (world: World) => {
  const { stdout, stderr } = await world.run(["/usr/bin/python3", "-c", BOTOCORE, world.stsUrl], { env: CLIENT_ENV });
  return `${stdout}${stderr}`.trim();
};
const traces = async (world: World) => {
  const rules = await world.run(["nft", "list", "ruleset"]);
  const addresses = await world.run(["ip", "-oneline", "address", "show", "dev", "lo"]);
  const sockets = await world.run(["find", `${world.folder}/run`, "-type", "s"]);
  return {
    rules: rules.stdout.trim(),
    alias: addresses.stdout.includes("169.254.169.254"),
    sockets: sockets.stdout.trim(),
  };
};
const NOTHING = { rules: "", alias: false, sockets: "" };

describe.skipIf(!canUseNetns(["nft", "/usr/bin/aws", "python3"]))("serve, in a namespace with no route out", () => {
  test("AWS CLI and botocore get dev, then prod-readonly; stop leaves nothing", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const served = await world.metacred(["serve", "--role", "dev", "--background"]);
    expect(served.stderr).toContain(
      "serving dev (arn:aws:iam::111122223333:role/Developer) at http://169.254.169.254/",
    );
    expect({ stdout: served.stdout, exitCode: served.exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(await awsCli(world)).toMatch(/^arn:aws:sts::111122223333:assumed-role\/Developer\//);
    expect(await botocore(world)).toMatch(/^arn:aws:sts::111122223333:assumed-role\/Developer\//);

    expect((await world.metacred(["use", "prod-readonly"])).exitCode).toBe(0);
    expect(await awsCli(world)).toMatch(/^arn:aws:sts::222233334444:assumed-role\/ReadOnly\//);
    expect(await botocore(world)).toMatch(/^arn:aws:sts::222233334444:assumed-role\/ReadOnly\//);
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(status).toMatchObject({
      state: "serving",
      role: { name: "prod-readonly", arn: "arn:aws:iam::222233334444:role/ReadOnly", account_id: "222233334444" },
      previous_role: "dev",
      redirect: { method: "nft", healthy: true },
    });
    expect(await traces(world)).not.toEqual(NOTHING);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await traces(world)).toEqual(NOTHING);
    expect((await world.metacred(["status"])).exitCode).toBe(3);
  });

  test("the region, from the metadata service alone", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...env } = CLIENT_ENV;
    const list = await world.run(["/usr/bin/aws", "configure", "list"], { env });
    expect(list.stdout).toMatch(/access_key .*iam-role/);
    expect(list.stdout).toMatch(/region +eu-central-1 +imds/);
  });

  test("another user gets nothing, from the address or from the port itself", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const token = (uid: number, place: string) =>
      world.run(
        [
          "curl",
          "-sS",
          "--max-time",
          "5",
          "-X",
          "PUT",
          "-H",
          "X-aws-ec2-metadata-token-ttl-seconds: 60",
          `http://${place}/latest/api/token`,
        ],
        { uid },
      );
    expect((await token(0, "169.254.169.254")).stdout).toHaveLength(56);
    expect(await token(OTHER_UID, "169.254.169.254")).toMatchObject({ stdout: "", exitCode: 7 });
    const direct = await world.run(
      ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:25772/"],
      { uid: OTHER_UID },
    );
    expect(direct.stdout).toBe("403");
    expect((await token(OTHER_UID, "127.0.0.1:25772")).stdout).toBe("");
    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout).refusals).toEqual({ uid: 2 });
  });

  test("kill -9: alias and rules are gone within 2 s", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    process.kill(await world.daemonPid(), "SIGKILL");
    await untilTrue(
      "rules and alias are gone",
      async () => {
        const { rules, alias } = await traces(world);
        return rules === "" && !alias;
      },
      2000,
    );
  });

  test("kill -9 while a credential_process child hangs: the same, and the next serve works", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns, awsConfig: "[profile hangs]\ncredential_process = sleep 1000\n" });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const pid = await world.daemonPid();
    const switching = world.metacred(["use", "hangs"]);
    const child = async () => (await world.run(["pgrep", "-P", String(pid), "-f", "sleep 1000"])).stdout.trim();
    await untilTrue("the child hangs", async () => (await child()) !== "");
    const hanging = Number((await child()).split("\n")[0]);
    process.kill(pid, "SIGKILL");
    await untilTrue(
      "rules and alias are gone",
      async () => {
        const { rules, alias } = await traces(world);
        return rules === "" && !alias;
      },
      2000,
    );
    expect(isAlive(hanging)).toBe(true);
    process.kill(-hanging, "SIGKILL");
    expect((await switching).exitCode).toBe(3);
    expect((await world.metacred(["serve", "--role", "dev", "--background"])).exitCode).toBe(0);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
  });

  test("nft flush ruleset while serving: back within 10 s", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    await world.run(["nft", "flush", "ruleset"]);
    expect((await traces(world)).rules).toBe("");
    await untilTrue("the rules are back", async () => (await traces(world)).rules.includes("dnat to 127.0.0.1"));
    await untilTrue("status says healthy", async () => (await world.metacred(["status", "--check"])).exitCode === 0);
    expect(await awsCli(world)).toContain("assumed-role/Developer/");
  });

  test("a taken port: the next one behind a redirect", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const web = ns.spawn(["python3", "-m", "http.server", "--bind", "127.0.0.1", "25772"]);
    await untilTrue(
      "the port is taken",
      async () => (await world.run(["curl", "-s", "-o", "/dev/null", "http://127.0.0.1:25772/"])).exitCode === 0,
    );
    expect((await world.metacred(["serve", "--role", "dev", "--background"])).exitCode).toBe(0);
    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout).endpoints.endpoint).toBe(
      "http://127.0.0.1:25773/",
    );
    expect(await botocore(world)).toContain("assumed-role/Developer/");
    web.kill();
  });
});
