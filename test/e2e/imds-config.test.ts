// [imds] of the config in the running daemon: served as written, read again by `use` and SIGHUP.
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { askRaw } from "../support/raw-http.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, freePort, testWorld } from "../support/world.ts";

const TTL = "X-aws-ec2-metadata-token-ttl-seconds";
const TOKEN = "X-aws-ec2-metadata-token";

async function open(imds: string) {
  const world = await testWorld({ config: `${CONFIG}\n${imds}` });
  const port = freePort();
  const at = `http://127.0.0.1:${port}/latest`;
  const issue = async () => (await fetch(`${at}/api/token`, { method: "PUT", headers: { [TTL]: "600" } })).text();
  return {
    world,
    port,
    issue,
    serve: () => world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(port)]),
    get: (path: string, token?: string) =>
      fetch(`${at}/${path}`, token === undefined ? {} : { headers: { [TOKEN]: token } }),
  };
}

test("what the config says is served, and served anew after use and SIGHUP", async () => {
  const { world, port, serve, issue, get } = await open('[imds]\ntags = { Name = "one" }\nuser_data = "boot.sh"\n');
  await using _ = world;
  world.file("boot.sh", "#!/bin/sh\n");
  expect((await serve()).exitCode).toBe(0);
  const token = await issue();
  const read = async (path: string) => (await get(path, token)).text();
  expect([await read("meta-data/tags/instance/Name"), await read("user-data")]).toEqual(["one", "#!/bin/sh\n"]);
  expect((await get("user-data", token)).headers.get("content-type")).toBe("application/octet-stream");
  expect((await get("user-data")).status).toBe(401);

  const more = 'http_tokens = "optional"\nserver_header = true\n[imds.spot]\naction = "stop"\n';
  world.file("config.toml", `${CONFIG}\n[imds]\ntags = { Name = "two" }\nuser_data = "boot.sh"\n${more}`);
  world.file("boot.sh", "second\n");
  expect((await world.metacred(["use", "dev"])).stderr).not.toContain("kept");
  expect(await read("meta-data/tags/instance/Name")).toBe("two");
  expect(await read("meta-data/spot/instance-action")).toStartWith('{"action": "stop", "time": "20');
  const unasked = await get("user-data");
  expect([await unasked.text(), unasked.headers.get("server")]).toEqual(["second\n", "EC2ws"]);
  const malformed = await askRaw({ port }, "GET / HTTP/9.9\r\n\r\n");
  expect([malformed.status, malformed.header("server")]).toEqual([400, "EC2ws"]);

  // What cannot be read keeps what was there.
  rmSync(`${world.folder}/boot.sh`);
  expect((await world.metacred(["use", "dev"])).stderr).toContain(
    "kept the metadata as it was: cannot read imds.user_data",
  );
  expect((await get("user-data")).status).toBe(200);

  world.file("config.toml", `${CONFIG}\n[imds]\nenabled = false\n`);
  process.kill(await world.daemonPid(), "SIGHUP");
  await untilTrue("it is off", async () => (await get("user-data", token)).status === 403);
});

test.each([
  ['user_data = "absent"', "cannot read imds.user_data", "write "],
  ['metadata = { "instance-id" = "i-1" }', '"instance-id" in [imds.metadata] is served already', "write a path below"],
  [
    'metadata = { "iam/info" = "x" }',
    '"iam/info" in [imds.metadata] would change what a role is',
    "write a path below",
  ],
  ['tag = { a = "b" }', 'unknown key "imds.tag"', 'did you mean "tags"?'],
  ['[imds.spot]\naction = "terminat"', '"imds.spot.action" must be', 'did you mean "terminate"?'],
  ['[imds.events.maintenence]\ncode = "x"', 'unknown key "imds.events.maintenence"', 'did you mean "maintenance"?'],
])("refused at the start: %s", async (imds, message, hint) => {
  const { world, serve } = await open(imds.startsWith("[") ? imds : `[imds]\n${imds}\n`);
  await using _ = world;
  const { exitCode, stdout, stderr } = await serve();
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr.split("\n")[0]).toContain(message);
  expect(stderr.split("\n")[1]).toContain(hint);
});
