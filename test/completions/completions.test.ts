// The scripts are what the definitions say, and real shells complete with them.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { completionFiles } from "../../completions/generate.ts";
import { openTerminal } from "../support/terminal.ts";
import { requireTools } from "../support/require-tools.ts";
import { type World, testWorld } from "../support/world.ts";

const FOLDER = join(import.meta.dir, "../../completions");

describe("completions/", () => {
  test.each(["bash", "zsh", "fish", "ps1"])(
    "metacred.%s is what the definitions give: npm run completions",
    async (shell) => {
      const text = await Bun.file(join(FOLDER, `metacred.${shell}`)).text();
      expect(text).toBe((await completionFiles())[`metacred.${shell}`] ?? "");
    },
  );

  test.each([
    ["bash", "bash"],
    ["zsh", "zsh"],
    ["fish", "fish"],
    ["powershell", "ps1"],
  ])("metacred completions %s prints it", async (shell, extension) => {
    await using world = await testWorld();
    const { stdout, exitCode } = await world.metacred(["completions", shell]);
    expect({ stdout, exitCode }).toEqual({
      stdout: await Bun.file(join(FOLDER, `metacred.${extension}`)).text(),
      exitCode: 0,
    });
  });
});

const CASES: readonly (readonly [line: string, wanted: readonly string[]])[] = [
  ["metacred st", ["status", "stop"]],
  ["metacred use pr", ["prod-readonly"]],
  ["metacred serve --role ", ["corp", "dev", "forbidden", "prod-readonly"]],
  ["metacred serve --profile ", ["corp"]],
  ["metacred serve --b", ["--background"]],
  ["metacred completions f", ["fish"]],
  ["metacred exec --role pr", ["prod-readonly"]],
  ["metacred exec -- mkfi", ["mkfifo"]],
  ["metacred env --format po", ["powershell"]],
  ["metacred service u", ["uninstall"]],
];

/** The world's environment with `metacred` on PATH. */
function shellEnv(world: World): Record<string, string> {
  return { ...world.env, PATH: `${join(world.binary, "..")}:${world.env["PATH"]}` };
}

describe.skipIf(!requireTools(["bash"]))("bash", () => {
  test.each(CASES)("%s", async (line, wanted) => {
    await using world = await testWorld();
    const script = `source ${FOLDER}/metacred.bash; COMP_WORDS=(${line}${line.endsWith(" ") ? '""' : ""}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _metacred; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await world.run(["bash", "--norc", "-c", script], { env: shellEnv(world) });
    expect(stdout.trim().split("\n")).toEqual([...wanted]);
  });
});

describe.skipIf(!requireTools(["bash"]))("bash, at a terminal", () => {
  // Readline divides words at signs that are parts of ours: the names that aws-sso-cli gives to profiles have a colon.
  test.each([
    ["metacred use pro", "metacred use prod-readonly "],
    ["metacred env --format=po", "metacred env --format=powershell "],
    ["metacred use 111122223333:A", "metacred use 111122223333:Admin "],
    ["metacred use 1", "metacred use 111122223333:"],
    ["metacred use 1\t\tA", "metacred use 111122223333:Admin "],
    ["metacred exec --role 111122223333:Re", "metacred exec --role 111122223333:ReadOnly "],
    ["metacred use 111122223333:Admin --f", "metacred use 111122223333:Admin --for "],
  ])("%s", async (line, wanted) => {
    await using world = await testWorld({
      awsConfig: "[profile 111122223333:Admin]\n[profile 111122223333:ReadOnly]\n",
    });
    const env = { ...shellEnv(world), PS1: "> " };
    await using terminal = openTerminal(["bash", "--norc", "-i"], env, world.folder);
    terminal.type(`source ${FOLDER}/metacred.bash && bind 'set bell-style none' && PS1='rea''dy> '\n`);
    await terminal.untilShown("ready> ");
    // What Tab made of the line is printed, not run: the rest of that command is put around it.
    terminal.type(`${line}\t"\u0001printf '<%s>' "\n`);
    await terminal.untilShown(`<${wanted}>`);
  });
});

// The bash of macOS is 3.2, which has no mapfile.
test.skipIf(!requireTools(["bash"])).each([
  ["metacred exec -- mkfi", 3, "mkfifo"],
  ["metacred exec -- cat config.to", 4, "config.toml"],
  ["metacred status --config config.to", 3, "config.toml"],
])("an old bash: %s", async (line, at, wanted) => {
  await using world = await testWorld();
  const script = `enable -n mapfile readarray; source ${FOLDER}/metacred.bash; COMP_WORDS=(${line}); COMP_CWORD=${at}; _metacred; echo "\${COMPREPLY[@]}"`;
  expect(await world.run(["bash", "--norc", "-c", script], { env: shellEnv(world) })).toEqual({
    stdout: `${wanted}\n`,
    stderr: "",
    exitCode: 0,
  });
});

// As readline divides it: the sign between a flag and its value is a word of its own.
test.skipIf(!requireTools(["bash"])).each([
  ["metacred env --format = po", "powershell"],
  ["metacred exec --role = pr", "prod-readonly"],
])("bash, joined: %s", async (line, wanted) => {
  await using world = await testWorld();
  const script = `source ${FOLDER}/metacred.bash; COMP_WORDS=(${line}); COMP_CWORD=4; _metacred; echo "\${COMPREPLY[@]}"`;
  expect((await world.run(["bash", "--norc", "-c", script], { env: shellEnv(world) })).stdout).toBe(`${wanted}\n`);
});

describe.skipIf(!requireTools(["bash"]))("names that look like commands", () => {
  test.each(["$(touch PWNED)", "`touch PWNED`"])("bash does not run [profile %s]", async (name) => {
    await using world = await testWorld({ awsConfig: `[profile ${name}]\nregion = x\n` });
    const script = `source ${FOLDER}/metacred.bash; COMP_WORDS=(metacred use ""); COMP_CWORD=2; _metacred`;
    await world.run(["bash", "--norc", "-c", script], { env: shellEnv(world) });
    expect((await world.run(["find", world.folder, "-name", "PWNED"])).stdout).toBe("");
  });
});

describe.skipIf(!requireTools(["fish"]))("fish", () => {
  test.each([...CASES, ["metacred exec --role dev -- metacred use pr", ["prod-readonly"]] as const])(
    "%s",
    async (line, wanted) => {
      await using world = await testWorld();
      const script = `source ${FOLDER}/metacred.fish; complete -C ${JSON.stringify(line)}`;
      const { stdout } = await world.run(["fish", "--no-config", "-c", script], { env: shellEnv(world) });
      const words = stdout
        .trim()
        .split("\n")
        .map((row) => row.split("\t")[0] ?? "");
      expect(words.filter((word) => !word.startsWith("--") || line.endsWith("--b"))).toEqual([...wanted]);
    },
  );
});

const DESCRIBED = "arn:aws:iam::222233334444:role/ReadOnly";

test.skipIf(!requireTools(["fish"]))("fish shows what stands behind a name", async () => {
  await using world = await testWorld();
  const script = `source ${FOLDER}/metacred.fish; complete -C "metacred use pr"`;
  const { stdout } = await world.run(["fish", "--no-config", "-c", script], { env: shellEnv(world) });
  expect(stdout).toBe(`prod-readonly\t${DESCRIBED}\n`);
});

test.skipIf(!requireTools(["zsh"]))("zsh shows what stands behind a name", async () => {
  await using world = await testWorld();
  await using terminal = openTerminal(["zsh", "-f"], shellEnv(world), world.folder);
  terminal.type(
    `autoload -Uz compinit && compinit -u -D && source ${FOLDER}/metacred.zsh && PROMPT='ready> ' && clear\n`,
  );
  await terminal.untilShown("ready> ");
  terminal.type("metacred use \t\t");
  await terminal.untilShown(DESCRIBED);
});

describe.skipIf(!requireTools(["zsh"]))("zsh", () => {
  test.each([
    ["metacred use pr", "metacred use prod-readonly"],
    ["metacred serve --role pr", "metacred serve --role prod-readonly"],
    ["metacred serve --bac", "metacred serve --background"],
    ["metacred sta", "metacred status"],
    ["metacred env --format=po", "metacred env --format=powershell"],
    ["metacred exec --role=pr", "metacred exec --role=prod-readonly"],
    ["metacred exec -- mkfi", "metacred exec -- mkfifo"],
    ["metacred exec --role dev -- metacred use pr", "metacred exec --role dev -- metacred use prod-readonly"],
  ])("%s", async (line, wanted) => {
    await using world = await testWorld();
    await using terminal = openTerminal(["zsh", "-f"], shellEnv(world), world.folder);
    // In two parts, so that the echo of this line is not taken for the prompt.
    terminal.type(
      `autoload -Uz compinit && compinit -u -D && source ${FOLDER}/metacred.zsh && PROMPT='rea''dy> ' && clear\n`,
    );
    await terminal.untilShown("ready> ");
    terminal.type(`${line}\t`);
    await terminal.untilShown(wanted.slice(line.length));
    expect(visible(terminal.screen())).toContain(wanted);
  });
});

// What stands on the screen once the line editor's control sequences are carried out, near enough for one line.
function visible(screen: string): string {
  return Bun.stripANSI(screen).replaceAll(/[\r\b]/g, "");
}
