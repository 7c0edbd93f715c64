// Every secret that the sources know, at log level debug, in successes and in failures: in no file but the store's own
// and the AWS CLI's, in no argument, and in no word of any command.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { assume, keysOf } from "../demo/sts-client.ts";
import { awsLogin } from "../support/aws-login.ts";
import { requireTools } from "../support/require-tools.ts";
import { SSO_PROFILES, ssoWorld } from "../support/sso-world.ts";
import { freePort, testWorld } from "../support/world.ts";

const HEADER = "Bearer of-the-broker-0123456789";
const SAID = "hush-0123456789-said-on-stderr";
const CODE = "111111";
const SERIAL = DEMO_USER.mfa?.serial ?? "";

test.skipIf(!requireTools(["curl"]))("no secret in logs, status, words, arguments or other files", async () => {
  await using world = await ssoWorld({
    awsConfig: `${SSO_PROFILES}[profile signed-in]\nlogin_session = arn:aws:iam::111122223333:user/alice\n
[profile loud]\ncredential_process = sh -c 'echo ${SAID} >&2; exit 3'\n
[profile talks]\ncredential_process = echo SecretAccessKey=${SAID}\n`,
  });
  world.file("header", HEADER);
  world.file(
    "config.toml",
    `base = "corp"\n[roles.dev]\nrole_arn = "${DEMO_ROLES.developer}"\n[roles.forbidden]\nrole_arn = "${DEMO_ROLES.forbidden}"
[roles.guarded]\nrole_arn = "${DEMO_ROLES.guarded}"\nmfa_serial = "${SERIAL}"
[sources.afp]\nurl = "${world.stsUrl}"\nheaders = { Authorization = { file = "header" } }
[log]\nlevel = "debug"\n[secrets]\nstore = "file"\n`,
  );
  const offers = [{ role: "Developer", arn: DEMO_ROLES.developer }];
  await world.aws({ do: "broker", broker: { offers, header: { name: "authorization", value: HEADER } } });
  const login = keysOf(await assume(world.stsUrl));
  await awsLogin(world, login, new Date(Date.now() + 3_600_000));
  const words: string[] = [];
  const run = async (argv: readonly string[]) => {
    const { stdout, stderr } = await world.as(argv, { METACRED_DEBUG: "1" });
    words.push(stderr, argv[0] === "credential-process" ? "" : stdout);
    return stdout;
  };
  await run(["login", "corp"]);
  await run(["serve", "--background", "--no-redirect", "--role", "dev", "--port", String(freePort())]);
  const cmdline = readFileSync(`/proc/${await world.daemonPid()}/cmdline`, "utf8");
  for (const role of ["on-top", "signed-in", "afp", "loud", "talks", "forbidden", "corp", "nobody"])
    await run(["use", role]);
  await run(["use", "guarded", "--mfa-code", CODE]);
  await world.aws({ do: "broker", broker: { offers, header: { name: "authorization", value: "another" } } });
  await run(["credential-process", "--role", "afp/Developer"]);
  await run(["status", "--json"]);
  const served = JSON.parse(await run(["credential-process"])) as { SecretAccessKey: string; SessionToken: string };
  await run(["logs"]);
  await run(["doctor"]);
  await run(["stop"]);
  await run(["credential-process", "--role", "loud"]);
  const state = join(world.folder, "home/.local/state/metacred");
  const files = readdirSync(state).filter((name) => name !== "secrets.json");
  expect(files).toContain("metacred.log");
  for (const name of files) words.push(readFileSync(join(state, name), "utf8"));
  const kept = JSON.parse(readFileSync(join(state, "secrets.json"), "utf8")) as Record<string, string>;
  const tokens = Object.values(kept).flatMap((text) => [
    ...text.matchAll(/"(?:accessToken|refreshToken|clientSecret|secretAccessKey|sessionToken)":"([^"]+)"/g),
  ]);
  expect(tokens.length).toBeGreaterThan(6);
  const secrets = [
    ...tokens.map(([, secret]) => secret ?? ""),
    served.SecretAccessKey,
    served.SessionToken,
    login.secretAccessKey,
    login.sessionToken,
    DEMO_USER.secretAccessKey,
    HEADER,
    SAID,
    CODE,
  ];
  const all = [...words, cmdline].join("\n");
  expect(all).toContain("got credentials");
  expect(secrets.filter((secret) => secret === "" || all.includes(secret))).toEqual([]);
});

test.skipIf(!requireTools([], { platform: "linux" }))(
  "a daemon that crashes leaves no image of its memory",
  async () => {
    await using world = await testWorld();
    const words = ["serve", "--background", "--no-redirect", "--role", "dev", "--port", String(freePort())];
    const started = await world.run([
      "sh",
      "-c",
      'ulimit -S -c "$(ulimit -H -c)"; exec "$@"',
      "sh",
      world.binary,
      ...words,
    ]);
    expect(started.stderr).toContain("serving dev");
    const limits = readFileSync(`/proc/${await world.daemonPid()}/limits`, "utf8");
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
  },
);
