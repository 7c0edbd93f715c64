// Real descriptors: what `print` must not do (empty a file, fail over a reader that has gone) only shows there.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PRINT = join(import.meta.dir, "../src/print.ts");

/** Runs a shell line in a folder of its own, with `$SAY` as a program that prints its arguments in turn. */
async function shell(line: string): Promise<{ said: string; complaint: string; file: string }> {
  const folder = mkdtempSync(join(tmpdir(), "metacred-print-"));
  const program = `const { print, tell } = await import(${JSON.stringify(PRINT)});
for (const text of process.argv.slice(1)) await (text.startsWith("!") ? tell : print)(text && text.padEnd(Number(process.env.SIZE ?? 0)) + "\\n");`;
  try {
    const child = Bun.spawn(["sh", "-c", line], {
      cwd: folder,
      env: { PATH: "/usr/bin:/bin", BUN: process.execPath, PROGRAM: program },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [said, complaint] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    await child.exited;
    return {
      said,
      complaint,
      file: await Bun.file(join(folder, "file"))
        .text()
        .catch(() => ""),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("to a pipe, one after the other", async () => {
  expect((await shell(`"$BUN" -e "$PROGRAM" one two`)).said).toBe("one\ntwo\n");
});

test("to a file that others write to as well", async () => {
  const { file } = await shell(`(echo first; "$BUN" -e "$PROGRAM" one '' two; echo last) > file`);
  expect(file).toBe("first\none\ntwo\nlast\n");
});

test("tell writes to stderr", async () => {
  expect(await shell(`"$BUN" -e "$PROGRAM" '!one'`)).toEqual({ said: "", complaint: "!one\n", file: "" });
});

test("more than a pipe holds, to a slow reader", async () => {
  const { said } = await shell(`SIZE=300000 "$BUN" -e "$PROGRAM" one two | (read -r line; wc -c)`);
  expect(Number(said)).toBe(300_001);
});

test("a reader that has gone is no failure", async () => {
  const { said, complaint } = await shell(`{ SIZE=300000 "$BUN" -e "$PROGRAM" one two; echo "exit $?" >&2; } | true`);
  expect({ said, complaint }).toEqual({ said: "", complaint: "exit 0\n" });
});

test("a full disk is one", async () => {
  const { complaint } = await shell(`"$BUN" -e "$PROGRAM" one > /dev/full || echo failed >&2`);
  expect(complaint).toContain("ENOSPC");
  expect(complaint).toEndWith("failed\n");
});
