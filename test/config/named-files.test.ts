// What a config names is found beside the file that names it, and read when it is loaded.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const UID = process.getuid?.() ?? -1;
const ROLE = `[roles.dev]\nrole_arn = "arn:aws:iam::111122223333:role/Dev"\n`;
const POLICY = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:Get*", Resource: "*" }] };

function load(files: Record<string, string>) {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) folder.file(name, text);
  return { folder, read: () => loadConfig({ configFile: join(folder.path, "config.toml"), configNamed: true }, UID) };
}

describe("a session policy", () => {
  test("its text, without white space, from beside the file that names it", () => {
    const { folder, read } = load({
      "config.toml": "",
      "config.d/a.toml": `${ROLE}policy = "policies/read.json"\n`,
      "config.d/policies/read.json": JSON.stringify(POLICY, undefined, 4),
    });
    using _folder = folder;
    expect(read().roles["dev"]?.policy).toBe(JSON.stringify(POLICY));
  });

  test.each<[string, string | undefined, RegExp]>([
    ["absent", undefined, /cannot read .*policy\.json$/],
    ["no JSON", "Statement", /policy\.json is no JSON$/],
    ["no policy", "[]", /policy\.json is no IAM policy: it has no "Statement"$/],
    ["too long", JSON.stringify({ Statement: "x".repeat(2048) }), /has 2064 characters, and STS takes 2048$/],
  ])("%s: file, line and key", async (_title, text, message) => {
    const { folder, read } = load({
      "config.toml": `${ROLE}policy = "policy.json"\n`,
      ...(text === undefined ? {} : { "policy.json": text }),
    });
    using _folder = folder;
    const failure = await failureOf(read);
    expect(failure.message).toMatch(/config\.toml:3: "roles\.dev\.policy": /);
    expect(failure.message).toMatch(message);
    expect([failure.hint, failure.exit]).toEqual(["correct policy.json", 2]);
  });
});

describe("a broker", () => {
  const broker = (rest: string) => `[sources.afp]\nurl = "https://afp.example.com"\n${rest}\n`;

  test("its files by their full names; values of headers as they are", () => {
    const { folder, read } = load({
      "config.toml": broker(
        `ca_file = "ca.pem"\nclient_cert = "/etc/c.pem"\nheaders = { A = "x", B = { env = "E" }, C = { file = "c" } }`,
      ),
    });
    using _folder = folder;
    expect(read().sources["afp"]).toEqual({
      url: "https://afp.example.com",
      ca_file: join(folder.path, "ca.pem"),
      client_cert: "/etc/c.pem",
      headers: { A: "x", B: { env: "E" }, C: { file: join(folder.path, "c") } },
    });
  });

  test.each<[string, string]>([
    [`[sources.afp]`, `:1: "sources.afp.url" is missing`],
    [`[sources.afp]\nurl = "afp.example.com"`, `:2: "sources.afp.url" must be a URL, like`],
    [`[sources.afp]\nurl = "ftp://afp.example.com"`, `must be a URL, like`],
    [
      `[sources.afp]\nurl = "http://afp.example.com"`,
      `must be https: credentials would cross the network in the clear`,
    ],
    [`[sources.afp]\nurl = "https://ann:very-secret@afp.example.com"`, `must hold no password: write it to headers`],
    [broker(`hedaers = {}`), `unknown key "sources.afp.hedaers"`],
    [broker(`headers = { A = 1 }`), `must be a text, { env = "NAME" }, { file = "NAME" } or { keychain = "NAME" }`],
    [broker(`headers = { "A B" = "x" }`), `is no name of a header`],
    [`[sources."a/b"]\nurl = "https://afp.example.com"`, `is no name of a source`],
    [`[network]\nproxy = "proxy:3128"`, `:2: "network.proxy" must be the URL of an HTTP proxy`],
  ])("%j", async (text, message) => {
    const { folder, read } = load({ "config.toml": text });
    using _folder = folder;
    const failure = await failureOf(read);
    expect(failure.message).toContain(message);
    expect(failure.message).not.toContain("very-secret");
    expect(failure.exit).toBe(2);
  });

  test.each([
    "http://localhost:1",
    "http://127.0.0.1",
    "http://10.1.2.3:8080",
    "http://172.20.0.2",
    "http://192.168.1.2",
    "http://169.254.169.254",
    "http://[::1]:80",
  ])("%s is near enough for plain HTTP", (url) => {
    const { folder, read } = load({ "config.toml": `[sources.afp]\nurl = "${url}"` });
    using _folder = folder;
    expect(read().sources["afp"]).toHaveProperty("url", url);
  });
});
