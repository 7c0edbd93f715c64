import { expect, test } from "bun:test";
import { loadProfiles } from "../../src/sources/profile-files.ts";
import { scratchAws } from "../support/scratch-aws.ts";

const CONFIG = `
[default]
region = eu-central-1

[profile corp]
region = eu-west-1
aws_access_key_id = OLD
sso_session = acme

[profile "quoted"]
credential_process = /bin/vault  --flag = x
[profile a.b]
role_arn = arn:aws:iam::111122223333:role/Dev
source_profile = corp

[sso-session acme]
sso_start_url = https://acme.example/start
[services local]
sts =
  endpoint_url = http://127.0.0.1
[not-a-profile]
region = x
`;

const CREDENTIALS = `
[corp]
aws_access_key_id = NEW
[only-keys]
aws_access_key_id = AKIA
aws_secret_access_key = s
`;

test("profiles of both files, the credentials file over the other, and nothing that is no profile", async () => {
  using _files = scratchAws({ config: CONFIG, credentials: CREDENTIALS });
  expect(await loadProfiles(process.env)).toEqual({
    default: { region: "eu-central-1" },
    corp: {
      region: "eu-west-1",
      aws_access_key_id: "NEW",
      sso_session: "acme",
      // A profile has what its sso-session says.
      sso_start_url: "https://acme.example/start",
    },
    quoted: { credential_process: "/bin/vault  --flag = x" },
    "a.b": { role_arn: "arn:aws:iam::111122223333:role/Dev", source_profile: "corp" },
    "only-keys": { aws_access_key_id: "AKIA", aws_secret_access_key: "s" },
  });
});

test("an edit is seen at once", async () => {
  using files = scratchAws({ config: "[profile a]\nregion = one\n" });
  expect(await loadProfiles(process.env)).toEqual({ a: { region: "one" } });
  files.file(".aws/config", "[profile b]\nregion = two\n");
  expect(await loadProfiles(process.env)).toEqual({ b: { region: "two" } });
});

test("no files: no profiles", async () => {
  using files = scratchAws();
  files.set("AWS_CONFIG_FILE", "/nowhere/config");
  files.set("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials");
  expect(await loadProfiles(process.env)).toEqual({});
});
