// What `serve` and `use` refuse because of what is at 169.254.169.254: somebody else's service, or metacred itself.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, testWorld } from "../support/world.ts";

describe.skipIf(!canUseNetns(["nft", "curl", "python3"]))("169.254.169.254", () => {
  test("another service answers there: refused, unless --force", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await ns.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"]);
    ns.spawn(["python3", "-m", "http.server", "--bind", "169.254.169.254", "80"]);
    const answers = async () =>
      (await world.run(["curl", "-s", "-o", "/dev/null", "http://169.254.169.254/"])).exitCode === 0;
    await untilTrue("the other service answers", answers);
    const refused = await world.metacred(["serve", "--role", "dev", "--background"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toStartWith(
      "metacred: another metadata service answers at 169.254.169.254 already\n  try: ",
    );
    expect((await world.run(["nft", "list", "ruleset"])).stdout).toBe("");
    const forced = await world.metacred(["serve", "--role", "dev", "--background", "--force"]);
    expect(forced.stderr).toContain("serving dev");
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await answers()).toBe(true);
  });

  test("a credential_process that asks metacred itself: a loop, named; the role stays", async () => {
    await using ns = await netns();
    const ask = "curl --silent --show-error --fail --request PUT http://169.254.169.254/latest/api/token";
    await using world = await testWorld({ ns, awsConfig: `[profile asks]\ncredential_process = sh -c "${ask}"\n` });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const { exitCode, stderr } = await world.metacred(["use", "asks"]);
    expect(stderr).toStartWith(
      "metacred: the credentials of profile asks come from 169.254.169.254, which is metacred itself: a loop\n  try: ",
    );
    expect(exitCode).toBe(1);
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(status).toMatchObject({ state: "serving", role: { name: "dev" }, refusals: { loop: 1 } });
  });

  test("a broker that is metacred itself: the same; another emulator is a source like any other", async () => {
    await using ns = await netns();
    await using world = await testWorld({
      ns,
      config: `${CONFIG}[sources.self]\nurl = "http://169.254.169.254"\n[sources.mock]\nurl = "MOCK"\n`,
    });
    world.file("config.toml", (await Bun.file(`${world.folder}/config.toml`).text()).replace("MOCK", world.stsUrl));
    const offers = [{ role: "ReadOnly", arn: DEMO_ROLES.readOnly }];
    await world.aws({ do: "broker", broker: { offers, requiresToken: true } });
    // No proxy can reach that address, so none is asked.
    const env = { HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
    await world.metacred(["serve", "--role", "dev", "--background"], { env });
    const { exitCode, stderr } = await world.metacred(["use", "self"]);
    expect(stderr).toStartWith(
      "metacred: the credentials of broker self come from 169.254.169.254, which is metacred itself: a loop\n  try: ",
    );
    expect(exitCode).toBe(1);
    expect((await world.metacred(["use", "mock"])).exitCode).toBe(0);
    expect((await world.metacred(["status", "--format", "{role} {account}"])).stdout).toBe("mock 222233334444\n");
  });

  test("a base in endpoint mode that asks metacred itself: the same", async () => {
    await using ns = await netns();
    const ask = "curl --silent --fail --request PUT $AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/api/token";
    await using world = await testWorld({ ns, awsConfig: `[profile asks]\ncredential_process = sh -c "${ask}"\n` });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:25772" };
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"], { env });
    expect((await world.metacred(["use", "asks"], { env })).stderr).toContain("which is metacred itself: a loop");
  });
});
