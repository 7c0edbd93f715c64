import { expect, test } from "bun:test";
import { join } from "node:path";
import { renderMan } from "../../packages/man.ts";
import { COMMANDS } from "../../src/cli.ts";
import { ROOT } from "../support/install-machine.ts";
import { requireTools } from "../support/require-tools.ts";

const PAGE = join(ROOT, "packages/metacred.1");

test("metacred.1 is what the definitions give: npm run completions", async () => {
  expect(await Bun.file(PAGE).text()).toBe(await renderMan());
});

test.skipIf(!requireTools(["mandoc"]))("mandoc finds nothing to say about it", () => {
  const { stdout, stderr } = Bun.spawnSync(["mandoc", "-T", "lint", "-W", "all", PAGE]);
  expect(stdout.toString() + stderr.toString()).toBe("");
});

test.skipIf(!requireTools(["man"]))("man reads it without a warning, and it has every command", () => {
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", MANWIDTH: "200", MAN_KEEP_FORMATTING: "" };
  const { stdout, stderr } = Bun.spawnSync(["man", "--warnings", "--local-file", PAGE], { env });
  expect(stderr.toString()).toBe("");
  const page = stdout.toString();
  for (const name of Object.keys(COMMANDS)) expect(page).toMatch(new RegExp(`^ {3}metacred ${name}\\b`, "m"));
  expect(page).toContain("--format '{role} {expires_in}'");
});
