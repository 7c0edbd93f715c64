// A credential broker on the compiled binary: served from, assumed from, listed, taken away, broken.
import { expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { certificate } from "../support/certificate.ts";
import { requireTools } from "../support/require-tools.ts";
import { untilTrue } from "../support/until.ts";
import { type World, freePort, testWorld } from "../support/world.ts";

const ENDPOINT = ["serve", "--no-redirect", "--background", "--port"];
const OFFERS = [
  { role: "Developer", arn: DEMO_ROLES.developer },
  { role: "ReadOnly", arn: DEMO_ROLES.readOnly },
];
const HEADER = { name: "authorization", value: "Bearer of-the-broker" };

async function worldWithBroker(broker: object, rest = ""): Promise<World> {
  const world = await testWorld();
  await world.aws({ do: "broker", broker: { offers: [], header: HEADER, ...broker } });
  world.file("broker-header", HEADER.value);
  world.file(
    "config.toml",
    `[sources.afp]\nurl = "${world.stsUrl}"\nheaders = { Authorization = { file = "broker-header" } }\n${rest}`,
  );
  return world;
}

const status = async (world: World) => JSON.parse((await world.metacred(["status", "--json"])).stdout);

test("shaped like a metadata service: two roles, a switch between them, never asked while a client waits", async () => {
  await using world = await worldWithBroker({ offers: OFFERS, requiresToken: true });
  expect((await world.metacred(["roles"])).stdout).toBe("afp\nafp/Developer\nafp/ReadOnly\ncorp\n");
  const port = String(freePort());
  const served = await world.metacred([...ENDPOINT, port, "--role", "afp/Developer"]);
  expect([served.exitCode, served.stderr]).toEqual([0, expect.stringContaining("assumed-role/Developer/broker")]);
  expect(await status(world)).toMatchObject({
    state: "serving",
    base: "broker afp/Developer",
    role: { account_id: "111122223333" },
  });
  await world.metacred(["use", "afp/ReadOnly"]);
  expect((await status(world)).role).toMatchObject({ account_id: "222233334444" });
  await world.aws({ do: "hold", action: "BrokerCredentials" });
  const document = await world.run([
    "curl",
    "-sS",
    "-m",
    "1",
    "-X",
    "PUT",
    "-H",
    "X-aws-ec2-metadata-token-ttl-seconds: 60",
    `http://127.0.0.1:${port}/latest/api/token`,
  ]);
  expect([document.exitCode, document.stdout.length > 20]).toEqual([0, true]);
});

test("accounts and roles, as the base that a role is assumed from", async () => {
  await using world = await worldWithBroker(
    { offers: [{ account: "prod", role: "ReadOnly", arn: DEMO_ROLES.readOnly }] },
    `[roles.dev]\nrole_arn = "${DEMO_ROLES.developer}"\n`,
  );
  world.file("config.d/base.toml", `base = "afp/prod/ReadOnly"\n`);
  const served = await world.metacred([...ENDPOINT, String(freePort()), "--role", "dev"]);
  expect(served.stderr).toContain("serving dev (arn:aws:iam::111122223333:role/Developer)");
  expect((await status(world)).base).toBe("broker afp/prod/ReadOnly");
  expect((await world.metacred(["use", "afp/prod/ReadOnly"])).exitCode).toBe(0);
});

test("taken away upstream: dropped at the next refresh; broken upstream: kept while it is valid", async () => {
  await using world = await worldWithBroker({ offers: OFFERS, sessionSeconds: 12 });
  await world.metacred([...ENDPOINT, String(freePort()), "--role", "afp/Developer"]);
  const broken = { status: 200, headers: {}, body: "<html>sign in</html>" };
  for (let times = 0; times < 3; times++) {
    await world.aws({ do: "answerNext", action: "BrokerCredentials", reply: broken });
  }
  const error = async () => (await status(world)).last_error?.message ?? "";
  await untilTrue("the broken answer is said", async () =>
    (await error()).includes("answered HTML instead of credentials"),
  );
  expect((await status(world)).state).toBe("serving");
  await untilTrue("it recovers", async () => (await error()) === "");
  await world.aws({ do: "broker", broker: { header: HEADER, offers: OFFERS.slice(1) } });
  await untilTrue("it is dropped", async () => (await status(world)).state === "waiting");
  expect((await status(world)).last_error).toMatchObject({
    message: 'the broker "afp" does not offer Developer',
    hint: "metacred use afp/ReadOnly",
  });
});

test("several roles and none named, a wrong header, nobody there: two lines each, and nothing left behind", async () => {
  await using world = await worldWithBroker({ offers: OFFERS });
  const tell = async () => {
    const { exitCode, stdout, stderr } = await world.metacred(["credential-process", "--role", "afp"]);
    return { exitCode, stdout, lines: stderr.split("\n").length, stderr };
  };
  expect(await tell()).toMatchObject({
    exitCode: 1,
    stdout: "",
    lines: 3,
    stderr: expect.stringContaining("offers several roles"),
  });
  world.file("broker-header", "wrong");
  expect(await tell()).toMatchObject({
    exitCode: 4,
    lines: 3,
    stderr: expect.stringContaining("correct headers in [sources.afp]"),
  });
  world.file("config.toml", `[sources.afp]\nurl = "http://127.0.0.1:9"\n`);
  expect(await tell()).toMatchObject({ exitCode: 1, lines: 3, stderr: expect.stringContaining("cannot be asked") });
});

test.skipIf(!requireTools(["openssl"]))("over TLS, with its own authority and a certificate of ours", async () => {
  await using world = await worldWithBroker({ offers: OFFERS.slice(0, 1) });
  const [server, client] = [await certificate("127.0.0.1"), await certificate("client")];
  using front = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true },
    fetch: ({ url, method, headers }) => fetch(`${world.stsUrl}${new URL(url).pathname}`, { method, headers }),
  });
  world.file("ca.pem", server.cert);
  world.file("client.pem", client.cert);
  world.file("client-key.pem", client.key);
  const source = `[sources.afp]\nurl = "${front.url.href}"\nheaders = { Authorization = { file = "broker-header" } }\n`;
  const ask = () => world.metacred(["credential-process", "--role", "afp"]);
  world.file("config.toml", `${source}ca_file = "ca.pem"\n`);
  expect(await ask()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("cannot be asked") });
  world.file("config.toml", `${source}ca_file = "ca.pem"\nclient_cert = "client.pem"\nclient_key = "client-key.pem"\n`);
  expect(await ask()).toMatchObject({ exitCode: 0, stderr: "" });
});
