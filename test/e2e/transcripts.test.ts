// What is written in transcripts/*.txt is typed again: stdout, stderr and exit code of every command.
import { expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli.ts";
import { requireTools } from "../support/require-tools.ts";
import { fits, parseTranscript } from "../support/transcript.ts";
import { openTranscriptWorld } from "../support/transcript-world.ts";

const FOLDER = join(import.meta.dir, "transcripts");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
const textOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

test.skipIf(!requireTools(["curl"])).each(FILES)(
  "%s",
  async (name) => {
    const text = textOf(name);
    await using it = await openTranscriptWorld(text);
    for (const { command, stdout, stderr, exitCode } of parseTranscript(text)) {
      const came = await it.run(command);
      const wrong = {
        stdout: fits(stdout, came.stdout) ? undefined : { expected: stdout, came: came.stdout },
        stderr: fits(stderr, came.stderr) ? undefined : { expected: stderr, came: came.stderr },
        exitCode: came.exitCode === exitCode ? undefined : { expected: exitCode, came: came.exitCode },
      };
      expect({ command, ...wrong }).toEqual({ command, stdout: undefined, stderr: undefined, exitCode: undefined });
    }
  },
  60_000,
);

test.each(Object.keys(COMMANDS))("%s is in a transcript, done right and wrong", (name) => {
  const steps = FILES.flatMap((file) => parseTranscript(textOf(file)));
  const own = steps.filter(({ command }) => new RegExp(`\\bmetacred ${name}\\b`).test(command));
  expect(own.some(({ exitCode }) => exitCode === 0)).toBe(true);
  expect(own.some(({ exitCode, stderr }) => exitCode !== 0 && stderr.length === 2)).toBe(true);
});
