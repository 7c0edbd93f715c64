import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isPrivateGroup } from "../../src/config/file-trust.ts";
import { createConfigLoader, loadConfig } from "../../src/config/load.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const UID = process.getuid?.() ?? -1;

function load(files: Record<string, string>, configNamed = false) {
  using folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) folder.file(name, text);
  try {
    return loadConfig({ configFile: join(folder.path, "config.toml"), configNamed }, UID);
  } catch (error) {
    // The folder's name is the only thing in a message that no test knows.
    if (error instanceof Error) error.message = error.message.replaceAll(folder.path, "~");
    throw error;
  }
}

const failure = (text: string) => failureOf(() => load({ "config.toml": text }));

test("no file at all is the defaults", () => {
  expect(load({}).imds.port).toBe(25_772);
});

test("a loader parses what has not changed once, however many files there are", async () => {
  using folder = scratchFolder();
  const configFile = folder.file("config.toml", '[roles.a]\nrole_arn = "prod/A"\npolicy = "p.json"\n');
  folder.file("p.json", '{"Statement":[]}');
  folder.file("config.d/a.toml", '[roles.a]\nduration = "2h"\n');
  const loader = createConfigLoader({ configFile, configNamed: false }, UID);
  const first = loader();
  expect(loader()).toBe(first);
  folder.file("p.json", '{"Statement":[1]}');
  expect(loader().roles["a"]).toMatchObject({ policy: '{"Statement":[1]}', duration: 7_200_000 });
  folder.file("config.d/b.toml", '[roles.a]\nduration = "3h"\n');
  expect(loader().roles["a"]).toMatchObject({ duration: 10_800_000 });
  // The same text, which is now laid over the file before it, and no longer under it.
  renameSync(join(folder.path, "config.d/b.toml"), join(folder.path, "config.d/0.toml"));
  expect(loader().roles["a"]).toMatchObject({ duration: 7_200_000 });
  folder.file("p.json", "nonsense");
  expect((await failureOf(loader)).message).toMatch(/config\.toml:3: "roles\.a\.policy": .*p\.json is no JSON$/);
  folder.file("config.toml", "nonsense");
  expect((await failureOf(loader)).message).toContain("config.toml:1:");
  rmSync(join(folder.path, "config.d"), { recursive: true });
  folder.file("config.toml", 'region = "eu-north-1"\n');
  expect(loader()).toMatchObject({ region: "eu-north-1", roles: {} });
});

test("a named file must exist", async () => {
  const { message, exit } = await failureOf(() => load({}, true));
  expect({ message, exit }).toEqual({ message: "cannot read ~/config.toml: there is no such file", exit: 2 });
});

test("a folder in its place: what a person named is not to be moved away", async () => {
  using folder = scratchFolder();
  const configFile = folder.path;
  const named = await failureOf(() => loadConfig({ configFile, configNamed: true }, UID));
  expect(named).toEqual({
    message: `${configFile} is a folder`,
    hint: `metacred --config ${configFile}/config.toml, or METACRED_CONFIG`,
    exit: 2,
  });
  const { hint } = await failureOf(() => loadConfig({ configFile, configNamed: false }, UID));
  expect(hint).toBe(`mv ${configFile} ${configFile}.old`);
});

describe("what is wrong: file, line, key, and the nearest right word", () => {
  test.each<[text: string, message: string, hint: string | RegExp]>([
    [`\n[imds]\nprot = 1`, `~/config.toml:3: unknown key "imds.prot"`, `did you mean "port"?`],
    [
      `[roles.dev]\nrole_arn = "prod/x"\nduratoin = "1h"`,
      `~/config.toml:3: unknown key "roles.dev.duratoin"`,
      /"duration"/,
    ],
    [`defaultrole = "x"`, `~/config.toml:1: unknown key "defaultrole"`, `did you mean "default_role"?`],
    [`[roels.dev]\nrole_arn = "prod/x"`, `~/config.toml:1: unknown key "roels"`, `did you mean "roles"?`],
    [`zzzzzz = 1`, `~/config.toml:1: unknown key "zzzzzz"`, "remove it"],
    [
      `[imds]\nhttp_tokens = "requird"`,
      `~/config.toml:2: "imds.http_tokens" must be "required" or "optional", not "requird"`,
      `did you mean "required"?`,
    ],
    [
      `[imds]\nport = "80"`,
      `~/config.toml:2: "imds.port" must be a number without quotes, not "80"`,
      /^correct it in .*config\.toml$/,
    ],
    [
      `[log]\nlevel = "warning"`,
      `~/config.toml:2: "log.level" must be "error", "warn", "info" or "debug", not "warning"`,
      `did you mean "warn"?`,
    ],
    [
      `[redirect]\nmethod = "nftables"`,
      `~/config.toml:2: "redirect.method" must be "auto", "nft", "iptables", "pf" or "none", not "nftables"`,
      `did you mean "nft"?`,
    ],
    [
      `[redirect]\nusers = "alice"`,
      `~/config.toml:2: "redirect.users" must be a list in brackets, not "alice"`,
      /^correct it in/,
    ],
    [
      `[notify]\ndesktop = "no"`,
      `~/config.toml:2: "notify.desktop" must be true or false, without quotes, not "no"`,
      /^correct it in/,
    ],
    [`base = ["a"]`, `~/config.toml:1: "base" must be text in quotes, not a list in brackets`, /^correct it in/],
    // What `metacred use` takes for something else.
    [`[roles.none]\nrole_arn = "prod/X"`, `~/config.toml:1: "roles.none" is no name of a role`, /^correct it in/],
    [`[roles."-"]\nrole_arn = "prod/X"`, `~/config.toml:1: "roles.-" is no name of a role`, /^correct it in/],
    [`roles = 1`, `~/config.toml:1: "roles" must be a table, not 1`, /^correct it in/],
    [
      `[imds]\nadvertise = 5`,
      `~/config.toml:2: "imds.advertise" must be "off" or a duration like "16m", not 5`,
      /^correct it in/,
    ],
    [
      `[refresh]\nearly = "25"`,
      `~/config.toml:2: "refresh.early" must be a duration from 1m to 2h, like "25m" or "1h"`,
      /^correct it in/,
    ],
    [
      `[accounts]\nprod = "1"`,
      `~/config.toml:2: "accounts.prod" must be an account id of 12 digits, in quotes`,
      /^correct it in/,
    ],
    ...["nonsense", "", "arn:aws:iam::1:role/R", "arn:aws:iam::111122223333:user/R", "prod/", "prod/R "].map(
      (text): [string, string, RegExp] => [
        `[roles.dev]\nrole_arn = "${text}"`,
        `~/config.toml:2: "roles.dev.role_arn" must be the ARN of a role, or a pair like "123456789012/ROLE" or "ROLE@ACCOUNT"`,
        /^correct it in/,
      ],
    ),
    [`\n[roles.dev]\nduration = "1h"`, `~/config.toml:2: "roles.dev.role_arn" is missing`, /^correct it in/],
    [`[redirect]\nusers = []`, `~/config.toml:2: "redirect.users" must name at least one user`, /^correct it in/],
    [`base = "a"\nbase = "b"`, `~/config.toml:2:1: trying to redefine an already defined table or value`, /^correct/],
    [`base = `, `~/config.toml:1:8: invalid value`, /^correct line 1 of/],
  ])("%j", async (text, message, hint) => {
    const failed = await failure(text);
    expect({ message: failed.message, exit: failed.exit }).toEqual({ message, exit: 2 });
    expect(failed.hint).toMatch(hint);
  });
});

describe("config.d", () => {
  test("is laid over the file, in alphabetical order, table by table", () => {
    const config = load({
      "config.toml": `base = "corp"\n[roles.dev]\nrole_arn = "prod/a"\nduration = "1h"\n[accounts]\nprod = "222233334444"`,
      "config.d/20-late.toml": `[roles.dev]\nrole_arn = "prod/c"`,
      "config.d/10-early.toml": `region = "eu-west-1"\n[roles.dev]\nrole_arn = "prod/b"\n[roles.new]\nrole_arn = "prod/n"`,
      "config.d/notes.txt": "not TOML",
    });
    expect(config).toMatchObject({ base: "corp", region: "eu-west-1", accounts: { prod: "222233334444" } });
    expect(config.roles).toEqual({ dev: { role_arn: "prod/c", duration: 3_600_000 }, new: { role_arn: "prod/n" } });
  });

  test("a list replaces a list", () => {
    const config = load({
      "config.toml": `[redirect]\nusers = ["a", "b"]`,
      "config.d/x.toml": `[redirect]\nusers = ["c"]`,
    });
    expect(config.redirect.users).toEqual(["c"]);
  });

  test("a drop-in may change one key of a role", () => {
    const config = load({
      "config.toml": `[roles.dev]\nrole_arn = "prod/a"`,
      "config.d/x.toml": `[roles.dev]\nduration = "2h"`,
    });
    expect(config.roles["dev"]).toEqual({ role_arn: "prod/a", duration: 7_200_000 });
  });

  test("what no file says is missing where it was last begun", async () => {
    const { message } = await failureOf(() => load({ "config.d/x.toml": `\n[roles.dev]\nduration = "2h"` }));
    expect(message).toBe(`~/config.d/x.toml:2: "roles.dev.role_arn" is missing`);
  });

  test("does not make a wrong file right", async () => {
    const files = { "config.toml": "[imds]\nport = 0", "config.d/x.toml": "[imds]\nport = 1" };
    expect((await failureOf(() => load(files))).message).toStartWith(`~/config.toml:2: "imds.port"`);
  });

  test("an error names the drop-in", async () => {
    const { message } = await failureOf(() => load({ "config.toml": "", "config.d/x.toml": `\nbse = "a"` }));
    expect(message).toBe(`~/config.d/x.toml:2: unknown key "bse"`);
  });
});

test.each([
  "arn:aws-us-gov:iam::111122223333:role/team/R",
  "prod/ReadOnly",
  "123456789012/a/b/R",
  "R@prod",
  "a.b@123456789012",
])("role_arn = %j", (text) => {
  expect(load({ "config.toml": `[roles.dev]\nrole_arn = "${text}"` }).roles["dev"]?.role_arn).toBe(text);
});

describe("a file that others can write", () => {
  const load = (mode: number, gid?: number) => {
    using folder = scratchFolder();
    const configFile = folder.file("config.toml", `base = "corp"`);
    chmodSync(configFile, mode);
    if (gid !== undefined) chownSync(configFile, UID, gid);
    return loadConfig({ configFile, configNamed: false }, UID);
  };

  test.each([0o666, 0o602])("%o is refused", async (mode) => {
    const { message, hint, exit } = await failureOf(() => load(mode));
    expect(message).toMatch(/config\.toml may be written by everybody$/);
    expect(hint).toMatch(/^chmod go-w .*config\.toml$/);
    expect(exit).toBe(2);
  });

  test.each([0o600, 0o644, 0o400])("%o is read", (mode) => {
    expect(load(mode).base).toBe("corp");
  });

  test.skipIf(UID !== 0)("its group, of others", async () => {
    expect((await failureOf(() => load(0o664, 65_534))).message).toMatch(/may be written by its group \(gid 65534\)$/);
  });
});

describe("a group of one's own", () => {
  const passwd = "alice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\ncarol:x:1002:1000::/:/bin/sh\n";
  test.each<[string, string, boolean]>([
    ["carol is in it", "alice:x:1000:\n", false],
    ["bob", "bob:x:1001:\n", true],
    ["bob, named", "bob:x:1001:bob\n", true],
    ["bob and alice", "bob:x:1001:alice\n", false],
    ["nobody knows it", "", false],
  ])("%s", (title, group, expected) => {
    const [uid, gid] = title === "carol is in it" ? [1000, 1000] : [1001, 1001];
    expect(isPrivateGroup(gid, uid, { passwd, group })).toBe(expected);
  });
});

describe("a file of another user", () => {
  // As root the file is given away; as anybody else, the reader claims to be another.
  const load = (name: string, readerUid: number) => {
    using folder = scratchFolder();
    const configFile = join(folder.path, "config.toml");
    const file = folder.file(name, `base = "evil"`);
    if (UID === 0) chownSync(file, 4242, 4242);
    return loadConfig({ configFile, configNamed: false }, readerUid);
  };

  test.each(["config.toml", "config.d/x.toml"])("%s is refused", async (name) => {
    const { message, hint } = await failureOf(() => load(name, UID + 1));
    expect(message).toMatch(new RegExp(`${name} belongs to another user \\(uid ${UID === 0 ? 4242 : UID}\\)$`));
    expect(hint).toMatch(new RegExp(`^sudo chown ${UID + 1} `));
  });

  test("is not asked for where the platform has no uids", () => {
    expect(load("config.toml", -1).base).toBe("evil");
  });

  test.skipIf(UID !== 0)("root's may be read by anybody", () => {
    using folder = scratchFolder();
    const configFile = folder.file("config.toml", `base = "corp"`);
    expect(loadConfig({ configFile, configNamed: false }, 4242).base).toBe("corp");
  });
});
