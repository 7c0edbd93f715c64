import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { cliCache } from "../../src/sso/cli-cache.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";
import { CORP } from "./sso-scene.ts";

const LEGACY = { ...CORP, name: undefined, scopes: [] };
const OWN = `${createHash("sha1").update("corp").digest("hex")}.json`;
const TOKEN = {
  startUrl: CORP.startUrl,
  region: CORP.region,
  accessToken: "own",
  expiresAt: "2030-01-01T00:00:00Z",
  clientId: "cli",
};
const put = (folder: ScratchFolder, name: string, data: unknown) =>
  folder.file(join(".aws/sso/cache", name), typeof data === "string" ? data : JSON.stringify(data));
const found = (folder: ScratchFolder, session = CORP) => cliCache(folder.path).find(session)?.token.accessToken;

describe("the CLI's own file for the session", () => {
  test.each<[string, unknown, string | undefined]>([
    ["as it is", TOKEN, "own"],
    ["a start URL with a fragment, as the CLI takes it", { ...TOKEN, startUrl: `${CORP.startUrl}/#` }, "own"],
    ["an instant of the old form", { ...TOKEN, expiresAt: "2030-01-01T00:00:00UTC" }, "own"],
    ["another start URL", { ...TOKEN, startUrl: "https://other.awsapps.com/start" }, undefined],
    ["another region", { ...TOKEN, region: "us-east-1" }, undefined],
    ["other scopes", { ...TOKEN, scopes: ["codewhisperer:completions"] }, undefined],
    ["no JSON", "{", undefined],
    ["half-filled", { ...TOKEN, accessToken: "" }, undefined],
    ["no instant", { ...TOKEN, expiresAt: "soon" }, undefined],
  ])("%s", (_title, data, token) => {
    using folder = scratchFolder();
    put(folder, OWN, data);
    expect(found(folder)).toBe(token);
  });

  test("goes by the start URL in the legacy form", () => {
    using folder = scratchFolder();
    put(folder, `${createHash("sha1").update(CORP.startUrl).digest("hex")}.json`, TOKEN);
    expect(found(folder, LEGACY)).toBe("own");
  });
});

describe("another program's file for the same start URL", () => {
  const editor = { ...TOKEN, accessToken: "editor", clientId: "editor" };

  test.each<[string, string[] | undefined, string | undefined]>([
    ["whose client asked for accounts", ["sso:account:access", "x:y"], "editor"],
    ["whose client asked for something else: its token opens no accounts", ["codewhisperer:completions"], undefined],
    ["whose scopes nobody knows", undefined, undefined],
  ])("%s", (_title, scopes, token) => {
    using folder = scratchFolder();
    put(folder, "aaa-token.json", editor);
    if (scopes !== undefined) put(folder, "aaa-client.json", { clientId: "editor", clientSecret: "s", scopes });
    expect(found(folder)).toBe(token);
  });

  test("comes after the CLI's own", () => {
    using folder = scratchFolder();
    put(folder, "0.json", { ...editor, scopes: ["sso:account:access"] });
    put(folder, OWN, TOKEN);
    expect(found(folder)).toBe("own");
  });
});

test("a token written back keeps what else stands in the file, in the CLI's form", () => {
  using folder = scratchFolder();
  const file = put(folder, OWN, { ...TOKEN, later: "kept" });
  cliCache(folder.path).write(file, CORP, {
    accessToken: "new",
    expiresAt: new Date("2031-01-01T00:00:00.123Z"),
    refreshToken: "r",
    client: { clientId: "c", clientSecret: "s", expiresAt: new Date("2032-01-01T00:00:00Z") },
  });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
    startUrl: CORP.startUrl,
    region: CORP.region,
    accessToken: "new",
    expiresAt: "2031-01-01T00:00:00Z",
    refreshToken: "r",
    clientId: "c",
    clientSecret: "s",
    registrationExpiresAt: "2032-01-01T00:00:00Z",
    later: "kept",
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("no folder is an empty cache", () => {
  using folder = scratchFolder();
  expect(found(folder)).toBeUndefined();
});
