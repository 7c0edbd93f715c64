// A desktop whose notices are lines of a file: a program named notify-send, first on PATH.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { showNotice } from "../../src/sys/desktop-notice.ts";
import { untilTrue } from "./until.ts";
import { PATH } from "./world.ts";

export type FakeDesktop = {
  /** With the program in front. */
  PATH: string;
  notices(): string[];
  /** What has been said once a further notice, of the test's own, has come through: also where nothing may come. */
  settled(): Promise<string[]>;
};

const LAST = "that was all";

/** `file` writes below a folder of the test's own and returns the full name. */
export function fakeDesktop(file: (name: string, text: string) => string): FakeDesktop {
  const said = file("notices", "");
  const program = file("bin/notify-send", `#!/bin/sh\necho "$3" >> ${said}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${join(program, "..")}:${PATH}` };
  // Whole lines: the shell may still be writing.
  const notices = () => (existsSync(said) ? readFileSync(said, "utf8").split("\n").slice(0, -1) : []);
  return {
    ...env,
    notices,
    async settled() {
      // The second is started when the first has been written: whatever was started before them has been, too.
      for (const times of [1, 2]) {
        showNotice(LAST, env, "linux");
        await untilTrue("what was said is there", () => notices().filter((words) => words === LAST).length === times);
      }
      return notices().filter((words) => words !== LAST);
    },
  };
}
