// The newcomer's first minute, run whole: with a real AWS CLI, and with the bundled SDK where there is none.
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createPlayground } from "../../src/demo/playground.ts";
import { requireTools } from "../support/require-tools.ts";
import { PATH, testWorld } from "../support/world.ts";

const DEVELOPER = "arn:aws:sts::111122223333:assumed-role/Developer/";
const READ_ONLY = "arn:aws:sts::222233334444:assumed-role/ReadOnly/";

async function demo(
  env: Record<string, string>,
): Promise<{ stdout: string; stderr: string; exitCode: number; left: string[] }> {
  await using world = await testWorld();
  const temporary = join(world.folder, "tmp");
  mkdirSync(temporary);
  const result = await world.metacred(["demo"], { env: { TMPDIR: temporary, ...env } });
  return { ...result, left: readdirSync(temporary) };
}

test.each(["sh", "bash", "zsh", "fish"])("the file to source ends, in %s, what would win over it", async (shell) => {
  if (!requireTools([shell])) return;
  await using playground = createPlayground({});
  const { file } = playground.guest;
  const env = { PATH, AWS_PROFILE: "work", AWS_ACCESS_KEY_ID: "AKIAMINE", AWS_REGION: "us-east-2" };
  const { stdout, stderr } = Bun.spawnSync([shell, "-c", `. ${file}; env`], { env });
  const lines = stdout.toString().split("\n");
  expect({
    stderr: stderr.toString(),
    own: lines.filter((line) => /^AWS_(PROFILE|ACCESS_KEY_ID)=/.test(line)),
  }).toEqual({
    stderr: "",
    own: [],
  });
  expect(lines).toContain("AWS_REGION=eu-central-1");
});

describe("metacred demo", () => {
  test.skipIf(!requireTools(["/usr/bin/aws"]))(
    "the AWS CLI gets dev, then prod-readonly; nothing is left",
    async () => {
      const { stdout, stderr, exitCode, left } = await demo({});
      expect({ stderr, exitCode, left }).toEqual({ stderr: "", exitCode: 0, left: [] });
      expect(stdout).toMatch(/aws-cli\//);
      expect(stdout.indexOf(DEVELOPER)).toBeGreaterThan(0);
      expect(stdout.indexOf(READ_ONLY)).toBeGreaterThan(stdout.indexOf("$ metacred use prod-readonly"));
    },
  );

  test("without an AWS CLI the bundled SDK stands in", async () => {
    const { stdout, exitCode, left } = await demo({
      PATH: "/nonexistent",
      HTTP_PROXY: "http://127.0.0.1:1",
      AWS_PROFILE: "nobody",
    });
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
    expect(stdout).toContain("fromInstanceMetadata()");
    expect(stdout.indexOf(READ_ONLY)).toBeGreaterThan(stdout.indexOf(DEVELOPER));
  });
});

describe("ended from outside", () => {
  /** Runs it until `shown`, sends these signals, and says what is there afterwards. */
  async function end(words: readonly string[], shown: string, signals: readonly NodeJS.Signals[], before = "") {
    await using world = await testWorld();
    const temporary = join(world.folder, "tmp");
    mkdirSync(temporary);
    const script = `${before} exec '${world.binary}' demo ${words.join(" ")}`;
    const child = Bun.spawn(["sh", "-c", script], {
      env: { ...world.env, TMPDIR: temporary },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const before = text.includes(shown);
      text += chunk;
      if (!before && text.includes(shown)) for (const signal of signals) child.kill(signal);
    }
    const endpoint = /_ENDPOINT=(\S+)/.exec(text)?.[1] ?? "";
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    return { exitCode: await child.exited, left: readdirSync(temporary), answers, isKnown: endpoint !== "" };
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s in the middle: neither daemon nor files are left", async (signal, exitCode) => {
    expect(await end([], "Switch the role", [signal])).toEqual({ exitCode, left: [], answers: false, isKnown: true });
  });

  test("under nohup it goes on", async () => {
    const ended = await end([], "Switch the role", ["SIGHUP"], "trap '' HUP;");
    expect(ended).toEqual({ exitCode: 0, left: [], answers: false, isKnown: true });
  });

  test.each([[["SIGINT", "SIGINT"]], [["SIGTERM", "SIGTERM"]], [["SIGHUP"]]] as const)(
    "--keep, by %j: nothing is left, also where it is told twice",
    async (signals) => {
      expect(await end(["--keep"], "Ctrl-C here", signals)).toEqual({
        exitCode: 0,
        left: [],
        answers: false,
        isKnown: true,
      });
    },
  );
});
