// Real processes, run as the AWS SDK runs the credential_process of a profile.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { limitCredentialProcesses } from "../../src/sources/process-limit.ts";
import { processIdentity } from "../../src/sys/process-identity.ts";
import { failureOf } from "../support/failure.ts";
import { requireTools } from "../support/require-tools.ts";
import { untilTrue } from "../support/until.ts";
import { type AwsScene, NEVER, REGION, awsScene, profile } from "./aws-scene.ts";

const LIMIT_MS = 300;
const LONG_MS = 60_000;

beforeAll(() => limitCredentialProcesses(LONG_MS));
afterAll(() => limitCredentialProcesses(LONG_MS));

/** The profile `p` runs this shell script. */
function scripted(script: string): AwsScene {
  const it = awsScene();
  const file = it.files.file("process.sh", script);
  it.files.file(".aws/config", `[profile p]\ncredential_process = sh ${file} ${it.files.path}\n`);
  return it;
}

const run = (it: AwsScene) => it.base(profile("p").base, REGION);
const messageOf = async (it: AwsScene) => (await failureOf(() => run(it))).message;
const document = (more: object) => JSON.stringify({ Version: 1, AccessKeyId: "ASIAP", SecretAccessKey: "s", ...more });

async function pidsIn(file: string): Promise<number[]> {
  await untilTrue(`${file} is written`, () => existsSync(file));
  return (await Bun.file(file).text()).trim().split("\n").map(Number);
}

// A zombie that nobody has collected yet has ended.
const isAlive = (pid: number) => processIdentity(pid) !== undefined;

describe("what it prints", () => {
  test("keys, token and expiry", async () => {
    await using it = scripted(`echo '${document({ SessionToken: "t", Expiration: "2030-01-01T00:00:00Z" })}'`);
    expect(await run(it)).toMatchObject({
      credentials: { accessKeyId: "ASIAP", secretAccessKey: "s", sessionToken: "t" },
      expiration: new Date("2030-01-01T00:00:00Z"),
    });
  });

  test("a token without expiry: served, looked at again later", async () => {
    await using it = scripted(`echo '${document({ SessionToken: "t" })}'`);
    expect((await it.fetch(profile("p"), NEVER).catch(() => undefined))?.expiration).toBeUndefined();
  });

  test("words on stderr do no harm", async () => {
    await using it = scripted(`echo 'a warning' >&2; echo '${document({ SessionToken: "t" })}'`);
    expect((await run(it)).credentials.accessKeyId).toBe("ASIAP");
  });

  test("900 KiB of blanks around it", async () => {
    await using it = scripted(`printf '%921600s'; echo '${document({ SessionToken: "t" })}'`);
    expect((await run(it)).credentials.accessKeyId).toBe("ASIAP");
  });

  test("what has expired is refused", async () => {
    await using it = scripted(`echo '${document({ SessionToken: "t", Expiration: "2020-01-01T00:00:00Z" })}'`);
    expect(await messageOf(it)).toMatch(/^the AWS profile "p" gave no credentials: .*expired/);
  });

  test("what is no JSON is not repeated: it may hold a secret", async () => {
    await using it = scripted(`echo 'SecretAccessKey=hush'`);
    const message = await messageOf(it);
    expect(message).toMatch(/invalid JSON/);
    expect(message).not.toContain("hush");
  });
});

test("its failure, and not its words: they may hold a secret", async () => {
  await using it = scripted(`echo 'hush' >&2; echo 'hush' >&2; exit 3`);
  expect(await failureOf(() => run(it))).toEqual({
    message: 'the AWS profile "p" gave no credentials: credential_process exited with 3',
    hint: "aws sts get-caller-identity --profile p",
    exit: 1,
  });
});

test("its death by a signal", async () => {
  await using it = awsScene({ config: "[profile p]\ncredential_process = kill -9 $$\n" });
  expect(await messageOf(it)).toBe('the AWS profile "p" gave no credentials: credential_process was killed by SIGKILL');
});

test("a command that does not exist", async () => {
  await using it = awsScene({ config: "[profile p]\ncredential_process = /nowhere/vault\n" });
  expect(await messageOf(it)).toEndWith("credential_process exited with 127: it is not there");
});

describe("one that hangs is ended by the limit", () => {
  const shortly = async (it: AwsScene) => {
    limitCredentialProcesses(LIMIT_MS);
    try {
      return await messageOf(it);
    } finally {
      limitCredentialProcesses(LONG_MS);
    }
  };

  test("with all that it started", async () => {
    await using it = scripted(`sleep 1000 & echo $! > $1/new; echo $$ >> $1/new; mv $1/new $1/pids; wait`);
    const pids = pidsIn(join(it.files.path, "pids"));
    expect(await shortly(it)).toBe(
      'the AWS profile "p" gave no credentials: credential_process was ended: it took longer than 0.3 s',
    );
    expect((await pids).length).toBe(2);
    for (const pid of await pids) await untilTrue(`${pid} has ended`, () => !isAlive(pid));
  });

  test.skipIf(!requireTools(["setsid"]))("though a process that left its group keeps the output open", async () => {
    await using it = scripted(`setsid sh -c 'echo $$ > "$0"; exec sleep 1000' $1/pids & sleep 1000`);
    const [pid = 0] = await Promise.all([pidsIn(join(it.files.path, "pids")), shortly(it)]).then(([pids]) => pids);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
  });
});

describe("one that says too much is ended at once", () => {
  test.each(["stdout", "stderr"])("on %s", async (stream) => {
    const to = stream === "stderr" ? ">&2" : "";
    await using it = scripted(`echo $$ > $1/pids; yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx ${to}`);
    expect(await messageOf(it)).toBe(
      `the AWS profile "p" gave no credentials: credential_process was ended: it wrote more than 1 MiB to ${stream}`,
    );
    for (const pid of await pidsIn(join(it.files.path, "pids")))
      await untilTrue(`${pid} has ended`, () => !isAlive(pid));
  });
});
