// Every flag and every word that the definitions know, completed by the real shells: one shell for all of them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandSpec, type Values, commandSpecs } from "../../completions/generate.ts";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";

const FOLDER = join(import.meta.dir, "../../completions");
const PROFILES = ["corp", "plain", "sso-old"];
const ROLES = ["corp", "dev", "dropped-in", "forbidden", "plain", "prod-readonly", "sso-old"];
const SWITCHES = [...ROLES, "none"].toSorted();
const SIGN_INS = ["acme", "sso-old"];
const KEYS = ["afp", "ci-user"];
const AWS_CONFIG = "[sso-session acme]\n[profile plain]\n[profile sso-old]\nsso_start_url = https://x\n";

/** A command line up to the cursor, and what may stand there. */
type Case = { line: string; words: readonly string[] };

// A word counts by its place, whatever flags and values stand between.
const VERBS = ["add", "list", "remove"];
const PLACES: readonly Case[] = [
  { line: "metacred keys remove ", words: KEYS },
  { line: "metacred keys --stdin ", words: VERBS },
  { line: "metacred keys remove ci-user ", words: [] },
  { line: "metacred use dev ", words: [] },
  { line: "metacred use --for 30m ", words: SWITCHES },
  { line: "metacred service install ", words: [] },
  { line: "metacred net --json ", words: ["down", "install", "plan", "status", "uninstall", "up"] },
  { line: "metacred completions bash ", words: [] },
  { line: "metacred --config some.toml use d", words: ["dev", "dropped-in"] },
  { line: "metacred --config some.toml st", words: ["status", "stop"] },
  { line: "metacred login ", words: SIGN_INS },
  { line: "metacred logout ", words: SIGN_INS },
];

const { cases, aliases } = allCases(await commandSpecs());

function allCases(specs: readonly CommandSpec[]): { cases: Case[]; aliases: Case[] } {
  const flags = specs.map(({ name, flags }) => ({
    line: `metacred ${name} --`,
    words: [...flags.map(({ long }) => `--${long}`), "--help"].toSorted(),
  }));
  const values = specs.flatMap(({ name, flags, words }) => [
    ...flags.map(({ long, values }) => ({ line: `metacred ${name} --${long} `, words: wordsOf(values) })),
    { line: `metacred ${name} `, words: wordsOf(words[0]) },
  ]);
  const aliases = specs.flatMap(({ name, flags }) =>
    flags.flatMap(({ short }) => (short === undefined ? [] : [{ line: `metacred ${name} -`, words: [`-${short}`] }])),
  );
  const commands = { line: "metacred ", words: specs.map(({ name }) => name).toSorted() };
  return { cases: [commands, ...flags, ...values.filter(({ words }) => words.length > 0), ...PLACES], aliases };
}

function wordsOf(values: Values | undefined): readonly string[] {
  if (values === "roles") return ROLES;
  if (values === "switches") return SWITCHES;
  if (values === "profiles") return PROFILES;
  if (values === "sign-ins") return SIGN_INS;
  if (values === "keys") return KEYS;
  return values === undefined || values === "files" || values === "none" ? [] : values.toSorted();
}

let world: World;
let env: Record<string, string>;
beforeAll(async () => {
  world = await testWorld({ awsConfig: AWS_CONFIG });
  world.file("config.d/more.toml", '[roles.dropped-in]\nrole_arn = "prod/Dropped"\n');
  const kept = { "ci-user": { accessKeyId: "AKIA", revision: "1" }, afp: { accessKeyId: null, revision: "2" } };
  world.file("home/.local/state/metacred/keys.json", JSON.stringify(kept));
  env = { ...world.env, PATH: `${join(world.binary, "..")}:${world.env["PATH"]}` };
});
afterAll(() => world[Symbol.asyncDispose]());

/** Each answer begins with its line behind `> `; what follows are the words, with descriptions behind a tab. */
function answersOf(text: string): Case[] {
  return text
    .split("> ")
    .slice(1)
    .map((answer) => {
      const [line = "", ...rows] = answer.split("\n");
      const words = rows.map((row) => row.split("\t")[0]?.trim() ?? "").filter((word) => word !== "");
      return { line, words: [...new Set(words)].toSorted() };
    });
}

function quoted(text: string): string {
  return `'${text}'`;
}

describe.skipIf(!requireTools(["bash"]))("bash", () => {
  const ask = async (lines: readonly string[]) => {
    const script = `source ${FOLDER}/metacred.bash
for line in ${lines.map(quoted).join(" ")}; do
  read -ra COMP_WORDS <<<"$line"
  [[ $line == *' ' ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _metacred
  printf '> %s\\n' "$line"
  printf '%s\\n' "\${COMPREPLY[@]}"
done`;
    return answersOf((await world.run(["bash", "--norc", "-c", script], { env })).stdout);
  };

  test("every command, flag and value", async () => {
    expect(await ask(cases.map(({ line }) => line))).toEqual(cases.map(plain));
  });

  test("short flags", async () => {
    const answers = await ask(aliases.map(({ line }) => line));
    for (const [index, { words }] of aliases.entries()) expect(answers[index]?.words).toContain(words[0] ?? "");
  });
});

describe.skipIf(!requireTools(["fish"]))("fish", () => {
  test("every command, flag and value", async () => {
    const asked = cases.map(({ line }) => `echo '> ${line}'; complete -C '${line}'`).join("\n");
    const { stdout } = await world.run(["fish", "--no-config", "-c", `source ${FOLDER}/metacred.fish\n${asked}`], {
      env,
    });
    expect(answersOf(stdout)).toEqual(cases.map(plain));
  });
});

describe.skipIf(!requireTools(["zsh"]))("zsh", () => {
  test("every command, flag and value", async () => {
    const out = join(world.folder, "zsh-answers");
    // Tab completes; what is offered goes into a file, and the line away, so that the next one can be typed.
    const setUp = world.file(
      "zsh-set-up",
      `autoload -Uz compinit && compinit -u -D && source ${FOLDER}/metacred.zsh
zstyle ':completion:*' menu no
setopt no_list_ambiguous no_beep
compadd() {
  if (( \${@[(I)-*[OAD]*]} )); then builtin compadd "$@"; return; fi
  local -a offered
  builtin compadd -O offered "$@"
  print -rl -- $offered >> ${out}
  builtin compadd "$@"
}
ask() {
  print -r -- "> $BUFFER" >> ${out}
  zle complete-word
  zle kill-whole-line
  print -r -- '> ' >> ${out}
}
zle -N ask
bindkey '^I' ask
PROMPT='rea''dy> '
`,
    );
    await using terminal = openTerminal(["zsh", "-f"], env, world.folder);
    terminal.type(`source ${setUp}\n`);
    await terminal.untilShown("ready> ");
    for (const [index, { line }] of cases.entries()) {
      terminal.type(`${line}\t`);
      await untilTrue(`zsh answers ${line}`, () => existsSync(out) && ends(readFileSync(out, "utf8")) > index);
    }
    const answers = answersOf(readFileSync(out, "utf8")).filter(({ line }) => line !== "");
    // Where no word may stand, zsh names the flags.
    const withoutFlags = ({ line, words }: Case) => ({ line, words: words.filter((word) => !word.startsWith("-")) });
    expect(answers.map((answer, at) => (cases[at]?.words.length === 0 ? withoutFlags(answer) : answer))).toEqual(
      cases.map(plain),
    );
  });
});

function ends(text: string): number {
  return text.split("\n> \n").length - 1;
}

function plain({ line, words }: Case): Case {
  return { line, words };
}
