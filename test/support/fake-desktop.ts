// A desktop whose notices are lines of a file: a program named notify-send, first on PATH.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PATH } from "./world.ts";

export type FakeDesktop = {
  /** With the program in front. */
  PATH: string;
  notices(): string[];
};

/** `file` writes below a folder of the test's own and returns the full name. */
export function fakeDesktop(file: (name: string, text: string) => string): FakeDesktop {
  const said = file("notices", "");
  const program = file("bin/notify-send", `#!/bin/sh\necho "$3" >> ${said}\n`);
  chmodSync(program, 0o755);
  return {
    PATH: `${join(program, "..")}:${PATH}`,
    // Whole lines: the shell may still be writing.
    notices: () => (existsSync(said) ? readFileSync(said, "utf8").split("\n").slice(0, -1) : []),
  };
}
