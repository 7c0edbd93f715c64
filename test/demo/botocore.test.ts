// botocore against the mock: the library under boto3, Ansible and the AWS CLI v1.
import { describe, expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { runClient } from "./command-line.ts";

const SESSION = `
import botocore.exceptions, botocore.session, sys
url = sys.argv[1]
def sts(key=None, secret=None, token=None):
    return botocore.session.get_session().create_client("sts", endpoint_url=url, aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token)
def code(call):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return "%s %s" % (error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"])
`;

const PYTHON = "/usr/bin/python3";

/** botocore is a module and no program: Python is asked, and the package named where it says no. */
function hasBotocore(): boolean {
  if (!requireTools([PYTHON])) return false;
  const imported = Bun.spawnSync([PYTHON, "-c", "import botocore"]).exitCode === 0;
  return imported || requireTools(["python3-botocore"]);
}

async function runPython(url: string, lines: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runClient([PYTHON, "-c", `${SESSION}\n${lines.join("\n")}\n`, url]);
  expect(stderr).toBe("");
  return stdout.trim();
}

describe.skipIf(!hasBotocore())("botocore", () => {
  test("assumes a role and is it", async () => {
    await using aws = startMockAws();
    const printed = await runPython(aws.url, [
      `keys = sts().assume_role(RoleArn="${DEMO_ROLES.developer}", RoleSessionName="boto", Policy="{}")["Credentials"]`,
      `role = sts(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])`,
      `print(role.get_caller_identity()["Arn"], keys["Expiration"].tzinfo is not None)`,
    ]);
    expect(printed).toBe("arn:aws:sts::111122223333:assumed-role/Developer/boto True");
  }, 30_000);

  test("knows every fault by its code", async () => {
    await using aws = startMockAws();
    const printed = await runPython(aws.url, [
      `print(code(lambda: sts("AKIAMETACREDDEMO0002", "x").get_caller_identity()))`,
      `print(code(lambda: sts("AKIAMETACREDDEMO0001", "x").get_caller_identity()))`,
      `print(code(lambda: sts().assume_role(RoleArn="${DEMO_ROLES.forbidden}", RoleSessionName="boto")))`,
      `print(code(lambda: sts().assume_role(RoleArn="${DEMO_ROLES.developer}", RoleSessionName="a b")))`,
      `print(code(lambda: sts().get_federation_token(Name="boto")))`,
    ]);
    expect(printed.split("\n")).toEqual([
      "403 InvalidClientTokenId",
      "403 SignatureDoesNotMatch",
      "403 AccessDenied",
      "400 ValidationError",
      "400 InvalidAction",
    ]);
  }, 30_000);
});
