// The session at the top of the README, run: each command of it, through the real redirect, with the real AWS CLI.
import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canUseNetns, netns } from "../support/netns.ts";
import { fits, parseTranscript } from "../support/transcript.ts";
import { PATH, testWorld } from "../support/world.ts";

const README = readFileSync(join(import.meta.dir, "../../README.md"), "utf8");

/** What is another one each time. */
const VARIES: readonly [RegExp, string][] = [
  [/\bpid \d+/g, "pid <pid>"],
  [/\b\d+m left/g, "<left> left"],
  [/\/alice-laptop$/g, "/<name>"],
];

function session(): ReturnType<typeof parseTranscript> {
  const block = /```console\n(.*?)```/s.exec(README)?.[1] ?? "";
  const written = VARIES.reduce(
    (text, [pattern, placeholder]) => text.replaceAll(new RegExp(pattern, "gm"), placeholder),
    block,
  );
  return parseTranscript(written);
}

describe.skipIf(!canUseNetns(["nft", "/usr/bin/aws"]))("the README's session", () => {
  test("is what comes", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    chmodSync(world.file("bin/metacred", `#!/bin/sh\nexec '${world.binary}' "$@"\n`), 0o755);
    // Debian's release does not know AWS_ENDPOINT_URL_STS, and must find nothing but the metadata service.
    const aws = `#!/bin/sh\nexport AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null\nexec /usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL_STS" "$@"\n`;
    chmodSync(world.file("bin/aws", aws), 0o755);
    const steps = session();
    expect(steps.map(({ command }) => command.split(" ")[0])).toEqual([
      "metacred",
      "aws",
      "metacred",
      "aws",
      "metacred",
    ]);
    for (const { command, stdout: expected } of steps) {
      const { stdout, stderr, exitCode } = await world.run(["bash", "-c", command], {
        env: { PATH: `${world.folder}/bin:${PATH}`, AWS_REGION: "eu-central-1", AWS_DEFAULT_REGION: "eu-central-1" },
      });
      const came = `${stdout}${stderr}`;
      expect({ command, came, exitCode }).toEqual({
        command,
        came: fits(expected, came) ? came : expected.join("\n"),
        exitCode: 0,
      });
    }
  });
});
