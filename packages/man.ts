// The manual page, metacred.1, from the command definitions: `npm run completions`. A test keeps it equal.
import { join } from "node:path";
import { COMMANDS } from "../src/cli.ts";
import { EXIT } from "../src/errors.ts";
import { type HelpParts, helpParts } from "../src/help.ts";
import { ABOUT, folded } from "./about.ts";

const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: "success",
  failure: "failure",
  usage: "a mistake in the command or the configuration",
  notRunning: "no daemon is running",
  needsPerson: "a person must sign in or give an MFA code",
  needsPrivilege: "a privilege is needed or was refused",
  awsRefused: "AWS refused",
  notRunnable: "exec: the command could not be run",
  noSuchCommand: "exec: there is no such command",
};

const FILES: readonly (readonly [string, string])[] = [
  ["~/.config/metacred/config.toml", "configuration of a user, with config.d/*.toml beside it; none is needed"],
  ["/etc/metacred/config.toml", "read before it, for every user of the machine"],
  ["~/.aws/config, ~/.aws/credentials", "AWS profiles, where the AWS CLI keeps them"],
  ["~/.local/state/metacred/metacred.log", "the daemon's log"],
];

const VARIABLES: readonly (readonly [string, string])[] = [
  ["METACRED_CONFIG", "the configuration file, as --config names it"],
  ["METACRED_DEBUG", "1: errors with a stack"],
  [
    "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR",
    "above metacred/ with configuration, state and log, control socket",
  ],
  ["NO_COLOR, TERM=dumb", "no colour"],
  ["BROWSER", "what login opens a page with"],
  ["AWS_PROFILE, AWS_REGION, AWS_CONFIG_FILE, HTTPS_PROXY and their like", "as the AWS SDKs read them"],
];

// Of what the page says; the day of the build would make each build another one.
const DATE = "2026-11-22";

export async function renderMan(): Promise<string> {
  const commands = await Promise.all(Object.entries(COMMANDS).map(([name, command]) => helpParts(name, command)));
  return `${[
    `.TH METACRED 1 ${DATE} metacred "User Commands"`,
    ".SH NAME",
    `metacred \\- ${escaped(ABOUT.summary)}`,
    ".SH SYNOPSIS",
    ".B metacred",
    "COMMAND",
    "[\\fB\\-\\-config\\fR FILE] [\\fB\\-\\-help\\fR]",
    ".SH DESCRIPTION",
    filled(ABOUT.description),
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH EXIT STATUS",
    ...Object.entries(EXIT).flatMap(([name, code]) => item(String(code), EXIT_WORDS[name as keyof typeof EXIT])),
    ".SH ENVIRONMENT",
    ...VARIABLES.flatMap(([name, what]) => item(name, what)),
    ".SH FILES",
    ...FILES.flatMap(([file, what]) => item(file, what)),
  ].join("\n")}\n`;
}

function commandLines({ usage, description, examples, flags }: HelpParts): string[] {
  return [
    `.SS "${escaped(usage)}"`,
    filled(`${description}.`),
    ...flags.flatMap(([spelling, what]) => item(spelling, what)),
    ".PP",
    ".nf",
    ...examples.map((example) => `\\&$ ${escaped(example)}`),
    ".fi",
  ];
}

function item(term: string, words: string): string[] {
  return [".TP", `\\fB${escaped(term)}\\fR`, filled(words)];
}

// mandoc's checker wants no line of text over 80 bytes.
function filled(text: string): string {
  return folded(escaped(text), 78)
    .map((line) => line.replace(/^\./, "\\&."))
    .join("\n");
}

// roff(7): a backslash and a line that begins with a dot or an apostrophe are orders; a bare hyphen is typeset.
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replaceAll("…", "...");
}

if (import.meta.main) await Bun.write(join(import.meta.dir, "metacred.1"), await renderMan());
