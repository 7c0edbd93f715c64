import { expect, test } from "bun:test";
import { CliError } from "../../src/errors.ts";
import { SAMPLE_ROLE, sampleStatus } from "../support/sample-status.ts";
import { desk } from "./command.ts";

const FOLLOW = "  new programs get it now, running ones when they next refresh, mostly within 16 minutes\n";

test("says what is served now, and when running programs follow; nothing on stdout", async () => {
  const asked: string[] = [];
  const role = { ...SAMPLE_ROLE, expiration: new Date(Date.now() + 3_590_000).toISOString() };
  await using it = desk({
    async use(name) {
      asked.push(name);
      return { status: sampleStatus({ role }), warnings: ["kept the old configuration: x"], follow_seconds: 930 };
    },
  });
  expect(await it.metacred("use", "dev")).toEqual({
    stdout: "",
    stderr: `metacred: kept the old configuration: x\ndev: ${SAMPLE_ROLE.arn}, 59m left\n${FOLLOW}`,
    exitCode: 0,
  });
  await it.metacred("use", "-");
  expect(asked).toEqual(["dev", "-"]);
});

test.each([
  [30, ", mostly within a minute"],
  [61, ", mostly within 2 minutes"],
  [3600, ", mostly within 60 minutes"],
  [undefined, ""],
])("running programs follow: told %p s", async (seconds, words) => {
  const follow = seconds === undefined ? {} : { follow_seconds: seconds };
  await using it = desk({ use: async () => ({ status: sampleStatus(), warnings: [], ...follow }) });
  const line = `  new programs get it now, running ones when they next refresh${words}`;
  expect((await it.metacred("use", "dev")).stderr.split("\n")).toContain(line);
});

test("nobody had anything before", async () => {
  await using it = desk({ use: async () => ({ status: sampleStatus(), warnings: [], follow_seconds: null }) });
  expect((await it.metacred("use", "dev")).stderr.split("\n")).toContain("  new programs get it now");
});

test("none", async () => {
  await using it = desk({ use: async () => ({ status: sampleStatus({ role: null, state: "idle" }), warnings: [] }) });
  const stderr = "metacred serves no role now: new requests get none until the next metacred use\n";
  expect(await it.metacred("use", "none")).toEqual({ stdout: "", stderr, exitCode: 0 });
});

test("none, while programs run", async () => {
  const status = sampleStatus({ role: null, state: "idle" });
  await using it = desk({ use: async () => ({ status, warnings: [], follow_seconds: 960 }) });
  const line = "\n  running programs keep what they have, mostly up to 16 minutes\n";
  expect((await it.metacred("use", "none")).stderr).toEndWith(line);
});

test("an expiry and an identity that are not known are not made up", async () => {
  const role = { ...SAMPLE_ROLE, expiration: null, arn: null };
  const status = sampleStatus({ role });
  await using it = desk({ use: async () => ({ status, warnings: [], follow_seconds: 960 }) });
  expect((await it.metacred("use", "dev")).stderr).toBe(`dev: identity unknown\n${FOLLOW}`);
});

test("the daemon's error is the command's, exit code and all", async () => {
  await using it = desk({
    use: () => Promise.reject(new CliError("AWS refused: you may not", { hint: "ask", exit: 6 })),
  });
  const stderr = "metacred: AWS refused: you may not\n  try: ask\n";
  expect(await it.metacred("use", "dev")).toEqual({ stdout: "", stderr, exitCode: 6 });
});

test("a daemon that fails over the request", async () => {
  await using it = desk({});
  const { stderr, exitCode } = await it.metacred("use", "dev");
  expect([stderr, exitCode]).toEqual([
    "metacred: the daemon gave an answer that this version does not know\n  try: metacred stop; metacred serve --background\n",
    1,
  ]);
});

// A proxy of the environment must never see what goes to the socket.
test("HTTP_PROXY is not asked", async () => {
  let asked = 0;
  using proxy = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(`${++asked}`) });
  await using it = desk({ use: async () => ({ status: sampleStatus(), warnings: [] }) });
  Object.assign(it.env, { HTTP_PROXY: proxy.url.href, http_proxy: proxy.url.href });
  expect([(await it.metacred("use", "dev")).exitCode, asked]).toEqual([0, 0]);
});
