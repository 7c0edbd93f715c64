// The prompt snippets of the README in the shells that they are for.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { type World, freePort, testWorld } from "../support/world.ts";
import { codeBlocks } from "./code-blocks.ts";

// A name that a prompt could take for a command or an escape of its own.
const ROLE = "dev%n$(id)";
const SHOWN = /\[dev%n\$\(id\) \d+m\] /;

let world: World;
let env: Record<string, string>;
let nobody: Record<string, string>;

beforeAll(async () => {
  world = await testWorld({ config: `base = "corp"\n[roles.'${ROLE}']\nrole_arn = "${DEMO_ROLES.developer}"\n` });
  env = { ...world.env, PATH: `${join(world.binary, "..")}:${world.env["PATH"]}` };
  nobody = { ...env, XDG_RUNTIME_DIR: join(world.folder, "nobody") };
  const words = ["serve", "--no-redirect", "--background", "--role", ROLE, "--port", `${freePort()}`];
  expect(await world.metacred(words)).toMatchObject({ exitCode: 0 });
});
afterAll(() => world[Symbol.asyncDispose]());

async function snippet(language: string, which = 0): Promise<string> {
  const text = (await codeBlocks("README.md", language)).filter((block) => block.includes("status --format"))[which];
  if (text === undefined) throw new Error(`the README has no prompt of ${language}`);
  return world.file(`snippet-${which}.${language}`, text);
}

describe.skipIf(!requireTools(["bash", "zsh", "fish"])).each([
  ["bash", ["bash", "--norc", "-i"], ["bash", "-c"], "metacred_prompt", "PS1='code=$? > '"],
  ["zsh", ["zsh", "-f", "-i"], ["zsh", "-fc"], "metacred_prompt", "PROMPT='code=%? > '"],
  [
    "fish",
    ["fish", "--no-config", "-i"],
    ["fish", "--no-config", "-c"],
    "fish_right_prompt",
    "function fish_prompt; echo -n code=$status '> '; end",
  ],
])("%s", (language, interactive, run, name, showsCode) => {
  test("the prompt shows the role, whatever it is called", async () => {
    await using terminal = openTerminal(interactive, env, world.folder);
    terminal.type(`source ${await snippet(language)}\n`);
    await terminal.untilShown("[dev%n$(id) ");
    expect(Bun.stripANSI(terminal.screen())).toMatch(SHOWN);
  });

  test("the last command's exit code is still known to the rest of the prompt", async () => {
    await using terminal = openTerminal(interactive, env, world.folder);
    terminal.type(`${showsCode}\n source ${await snippet(language)}\n`);
    await terminal.untilShown("[dev%n$(id) ");
    terminal.type("sh -c 'exit 37'\n");
    await terminal.untilShown("code=37 >");
  });

  test("nothing without a daemon", async () => {
    const script = `source ${await snippet(language)}; ${name}`;
    const { stdout, stderr } = await world.run([...run, script], { env: nobody });
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });
});

describe("starship", () => {
  test("its command prints the role, and nothing but a blank without a daemon", async () => {
    const [text = ""] = (await codeBlocks("README.md", "toml")).filter((block) => block.includes("[custom.metacred]"));
    const { custom } = Bun.TOML.parse(text) as { custom: { metacred: { command: string; shell: string[] } } };
    const argv = [...custom.metacred.shell, "-c", custom.metacred.command];
    expect((await world.run(argv, { env })).stdout).toMatch(/^dev%n\$\(id\) \d+m\n$/);
    expect((await world.run(argv, { env: nobody })).stdout.trim()).toBe("");
  });
});

describe.skipIf(!requireTools(["zsh"]))("powerlevel10k", () => {
  // Its own `p10k segment` is what is called; a stand-in prints what it is given.
  const standIn = 'p10k() { print -r -- "$@"; }';

  test("a segment with the role", async () => {
    const script = `${standIn}; source ${await snippet("zsh", 1)}; prompt_metacred`;
    expect((await world.run(["zsh", "-fc", script], { env })).stdout).toMatch(
      /^segment -f 208 -t dev%%n\$\(id\) \d+m\n$/,
    );
    expect((await world.run(["zsh", "-fc", script], { env: nobody })).stdout).toBe("");
  });
});
