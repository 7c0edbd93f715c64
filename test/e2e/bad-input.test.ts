// Every command by its own definition: words and flags that are missing, extra or misspelt, and readers that go early.
import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { COMMANDS } from "../../src/cli.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";

type Flag = { name: string; takesValue: boolean };
type Definition = { name: string; flags: Flag[]; words: number; needsWord: boolean; takesTail: boolean };

const definitions: Definition[] = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, command]) => {
    const args = Object.entries((await command.default.args) as ArgsDef);
    const words = args.filter(([, arg]) => arg.type === "positional");
    const flags = args.filter(([, arg]) => arg.type !== "positional");
    return {
      name,
      flags: flags.map(([flag, arg]) => ({
        name: arg.type === "boolean" && arg.default === true ? `--no-${flag}` : `--${flag}`,
        takesValue: arg.type !== "boolean",
      })),
      words: words.length,
      needsWord: words[0]?.[1].required === true,
      takesTail: command.takesTail === true,
    };
  }),
);

/** Two lines on stderr and exit code 2; nothing on stdout. Resolves with what to type. */
async function usageError(world: World, words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await world.metacred(words);
  const [, hint = ""] = /^metacred: (?!unexpected)[^\n]+\n {2}try: ([^\n]+)\n$/.exec(stderr) ?? [];
  expect({ words, stdout, exitCode, isInWords: hint !== "" }).toEqual({
    words,
    stdout: "",
    exitCode: 2,
    isInWords: true,
  });
  return hint;
}

/** The last two letters change places; where they are the same, one is missing. */
function misspelt(word: string): string {
  const [before, last] = [word.at(-2), word.at(-1)];
  return before === last ? word.slice(0, -1) : `${word.slice(0, -2)}${last}${before}`;
}

describe.each(definitions)("metacred $name", ({ name, flags, words, needsWord, takesTail }) => {
  test("misspelt", async () => {
    await using world = await testWorld();
    expect(await usageError(world, [misspelt(name)])).toBe(`metacred ${name}`);
    for (const flag of flags) {
      expect(await usageError(world, [name, misspelt(flag.name)])).toBe(`metacred ${name} ${flag.name}`);
    }
    for (const flag of ["--help", "--config"]) {
      expect(await usageError(world, [name, misspelt(flag)])).toBe(`metacred ${name} ${flag}`);
    }
    expect(await usageError(world, [name, "--no-such-flag-at-all"])).toBe(`metacred ${name} --help`);
  });

  test("too much and too little", async () => {
    await using world = await testWorld();
    const extra = Array.from({ length: words + 1 }, () => "word");
    await usageError(world, [name, ...extra]);
    await usageError(world, [name, ""]);
    if (!takesTail) await usageError(world, [name, "--", "word"]);
    if (takesTail || needsWord) await usageError(world, [name]);
    for (const flag of flags) {
      if (flag.takesValue) await usageError(world, [name, flag.name]);
      if (flag.takesValue) await usageError(world, [name, `${flag.name}=`]);
      else await usageError(world, [name, `${flag.name}=yes`]);
    }
  });

  test("--help is a usage line, examples and flags; nobody need read it to its end", async () => {
    await using world = await testWorld();
    const { stdout, stderr, exitCode } = await world.metacred([name, "--help"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toMatch(
      new RegExp(`^usage: metacred ${name}.*\n\n  [A-Z].*\n\n(  \\$ metacred .*\n|  \\$ .*metacred.*\n)+`),
    );
    for (const flag of flags) expect(stdout).toContain(flag.name);
    const script = `'${world.binary}' ${name} --help | head -c1; echo " \${PIPESTATUS[0]}"`;
    expect(await world.run(["bash", "-c", script])).toEqual({ stdout: "u 0\n", stderr: "", exitCode: 0 });
  });
});

describe("misspelt where a few words are right", () => {
  test.each([
    ["--verson", "metacred --version"],
    ["--hlep", "metacred --help"],
    ["--confg=FILE", "metacred --config"],
    ["-V", "metacred -v"],
    ["--nothing-like-it", "metacred --help"],
    ["keys ad ci", "metacred keys add"],
    ["keys lsit", "metacred keys list"],
    ["keys destroy ci", "metacred keys add|list|remove"],
    ["net isntall", "metacred net install"],
    ["net x", "metacred net plan|up|down|status|install|uninstall"],
    ["service stauts", "metacred service status"],
    ["service begin", "metacred service install|uninstall|status"],
    ["completions zhs", "metacred completions zsh"],
    ["completions tcl", "metacred completions bash|zsh|fish|powershell"],
    ["env --format dotnev", "metacred env --format dotenv"],
    ["env --format json", "metacred env --format sh|fish|powershell|dotenv"],
  ])("%s", async (line, hint) => {
    await using world = await testWorld();
    expect(await usageError(world, line.split(" "))).toBe(hint);
  });
});

// Whatever needs a person says so where there is none, and which flag answers instead.
test.each([
  [["use"], 2, "metacred roles, then metacred use ROLE"],
  [["use", "locked"], 3, "metacred serve --background"],
  [["keys", "add", "ci"], 2, "metacred keys add NAME --stdin, with key id and secret a line each"],
  [["init"], 2, "metacred init --print, or metacred init --yes to replace it"],
  [["exec", "--role", "locked", "--", "true"], 2, "metacred use locked --yes"],
  [["env", "--role", "locked"], 2, "metacred use locked --yes"],
  [["console", "--role", "locked", "--print"], 2, "metacred use locked --yes"],
  [["console", "--role", "dev"], 2, "metacred console --print"],
  [["serve", "--role", "locked", "--no-redirect"], 2, "metacred use locked --yes"],
  [["status", "--watch"], 2, "metacred status"],
])("without a terminal: %j", async (words, exitCode, hint) => {
  await using world = await testWorld({
    config: CONFIG.replace("[roles.forbidden]", "[roles.locked]\nprotected = true"),
  });
  const result = await world.metacred(words);
  expect(result).toMatchObject({ stdout: "", exitCode });
  expect(result.stderr).toEndWith(`\n  try: ${hint}\n`);
});
