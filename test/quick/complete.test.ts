import { expect, test } from "bun:test";
import { desk } from "./command.ts";

const CONFIG = `[profile corp]
region = x
[profile  'quoted'] # a comment
[default]
[sso-session acme]
`;
const METACRED = `[roles.dev]
role_arn = "x"
[roles.dev.tags]
team = "a"
 [ roles . "with.dot" ]
[roles.'quoted']
[imds]
`;

async function names(kind: string, files: Record<string, string>): Promise<string[]> {
  await using it = desk();
  for (const [name, text] of Object.entries(files)) it.file(name, text);
  const { stdout, stderr, exitCode } = await it.metacred("__complete", kind);
  expect([stderr, exitCode]).toEqual(["", 0]);
  return stdout.split("\n").slice(0, -1);
}

const FILES = {
  ".aws/config": CONFIG,
  ".aws/credentials": "[corp]\naws_access_key_id = a\n[ keys ]\n",
  ".config/metacred/config.toml": METACRED,
};

test.each<[string, Record<string, string>, string[]]>([
  ["roles", FILES, ["corp", "default", "dev", "keys", "quoted", "with.dot"]],
  ["profiles", FILES, ["corp", "default", "keys", "quoted"]],
  ["something-else", FILES, []],
  ["roles", {}, []],
  ["roles", { ".config/metacred/config.toml": "not [ TOML\n[roles.dev]\n" }, ["dev"]],
])("%s of %j", async (kind, files, wanted) => {
  expect(await names(kind, files)).toEqual(wanted);
});

test("roles of files beside the configuration, above it and below it", async () => {
  await using it = desk();
  it.file(".config/metacred/config.toml", '[roles.dev]\nrole_arn = "a/B"\n');
  it.file(".config/metacred/config.d/b.toml", '[roles.more]\nrole_arn = "c/D"\n');
  it.file(".config/metacred/config.d/b.toml.old", "[roles.never]\n");
  expect((await it.metacred("__complete", "roles", "--described")).stdout).toBe("dev\ta/B\nmore\tc/D\n");
  expect((await it.metacred("__complete", "roles")).stdout).toBe("dev\nmore\n");
});

test("what use takes: every role, and none", async () => {
  await using it = desk();
  it.file(".config/metacred/config.toml", '[roles.dev]\nrole_arn = "a/B"\n');
  expect((await it.metacred("__complete", "switches")).stdout).toBe("dev\nnone\n");
  expect((await it.metacred("__complete", "switches", "--described")).stdout).toBe(
    "dev\ta/B\nnone\tno role, until the next use\n",
  );
});

test("what can be signed in to, and the keys that are kept", async () => {
  await using it = desk();
  it.file(
    ".aws/config",
    "[sso-session acme]\nsso_start_url = x\n[profile a]\nsso_session = acme\n[profile b]\nregion = x\n[profile 'c d']\n sso_start_url=y\n",
  );
  expect((await it.metacred("__complete", "sign-ins", "--described")).stdout).toBe(
    "a\tAWS profile\nacme\tSSO session\nc d\tAWS profile\n",
  );
  expect((await it.metacred("__complete", "sign-ins")).stdout).toBe("a\nacme\nc d\n");
  expect((await it.metacred("__complete", "keys")).stdout).toBe("");
  it.file(".local/state/metacred/keys.json", '{"ci":{"accessKeyId":"AKIAX"},"afp":{"accessKeyId":null}}');
  expect((await it.metacred("__complete", "keys", "--described")).stdout).toBe("afp\theader\nci\tAKIAX\n");
  it.file(".local/state/metacred/keys.json", "not JSON");
  expect(await it.metacred("__complete", "keys")).toMatchObject({ stdout: "", stderr: "", exitCode: 0 });
});

test("the files that the environment names", async () => {
  await using it = desk();
  it.env["AWS_CONFIG_FILE"] = it.file("elsewhere/config", CONFIG);
  it.env["AWS_SHARED_CREDENTIALS_FILE"] = it.file("elsewhere/credentials", "[keys]\n");
  it.env["METACRED_CONFIG"] = it.file("elsewhere/metacred.toml", METACRED);
  expect((await it.metacred("__complete", "roles")).stdout).toBe("corp\ndefault\ndev\nkeys\nquoted\nwith.dot\n");
});

test("with what stands behind each name", async () => {
  await using it = desk();
  it.file(
    ".aws/config",
    `[profile sso]
sso_session = x
sso_account_id = 111122223333
sso_role_name = Admin

[profile chained]
source_profile = sso
role_arn = arn:aws:iam::111122223333:role/Chained
[profile plain]
[profile dev]
`,
  );
  it.file(".aws/credentials", "[keys]\naws_access_key_id = a\n[plain]\n");
  it.file(
    ".config/metacred/config.toml",
    `[roles.dev] # mine
external_id = "x"
role_arn = "prod/Developer"
[roles.dev.tags]
role_arn = "a tag"
[roles.later]
`,
  );
  expect((await it.metacred("__complete", "roles", "--described")).stdout)
    .toBe(`chained\tarn:aws:iam::111122223333:role/Chained
dev\tprod/Developer
keys\tkeys
later\trole
plain\tAWS profile
sso\tAdmin in 111122223333
`);
});

test("settings above every heading, sections of other kinds and signs of replacements are no names", async () => {
  await using it = desk();
  it.file(
    ".aws/config",
    `sso_role_name = stray
[sso-session acme]
sso_role_name = no
[profile b]
sso_account_id=123
region = x
sso_role_name=Q
[services x]
[profile no-account]
sso_role_name = Q
[profile $1$&]
`,
  );
  it.file(".config/metacred/config.toml", "role_arn = \"stray\"\n  [roles.dev]\nrole_arn='arn:aws:iam::1:role/D'\n");
  expect((await it.metacred("__complete", "roles", "--described")).stdout).toBe(
    `$1$&\tAWS profile
b\tQ in 123
dev\tarn:aws:iam::1:role/D
no-account\tQ in an account
`,
  );
  expect((await it.metacred("__complete", "roles")).stdout).toBe("$1$&\nb\ndev\nno-account\n");
});

test("pairs of SSO as `roles` listed them, behind a profile of the same name", async () => {
  await using it = desk();
  it.file(".aws/config", "[profile prod/Admin]\nrole_arn = arn:aws:iam::1:role/D\n");
  it.file(".local/state/metacred/sso-pairs", "prod/Admin\nprod/ReadOnly\n");
  expect((await it.metacred("__complete", "roles", "--described")).stdout).toBe(
    "prod/Admin\tarn:aws:iam::1:role/D\nprod/ReadOnly\tSSO role\n",
  );
  expect((await it.metacred("__complete", "roles")).stdout).toBe("prod/Admin\nprod/ReadOnly\n");
});
