import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { aliasesOf, strictArgs } from "../src/cli-args.ts";
import { failureOf } from "./support/failure.ts";

const ARGS: ArgsDef = {
  role: { type: "string", alias: "r" },
  background: { type: "boolean", alias: ["d", "b"] },
  redirect: { type: "boolean", default: true },
};
const ONE: ArgsDef = { ...ARGS, name: { type: "positional", required: true, valueHint: "NAME" } };
const OPTIONAL: ArgsDef = { name: { type: "positional", required: false } };

describe("accepted", () => {
  test.each<[string[], ArgsDef, string[]]>([
    [[], ARGS, []],
    [["--role", "dev"], ARGS, ["--role=dev"]],
    [["--role=dev"], ARGS, ["--role=dev"]],
    [["-r", "dev"], ARGS, ["--role=dev"]],
    [["-r=dev"], ARGS, ["--role=dev"]],
    [["--role=a=b\nc"], ARGS, ["--role=a=b\nc"]],
    [["--role", "-x"], ARGS, ["--role=-x"]],
    [["--background"], ARGS, ["--background"]],
    [["-d"], ARGS, ["--background"]],
    [["-b"], ARGS, ["--background"]],
    [["--no-redirect"], ARGS, ["--no-redirect"]],
    [["dev"], ONE, ["dev"]],
    [["-"], ONE, ["-"]],
    [["dev", "-d"], ONE, ["dev", "--background"]],
    [["-r", "x", "dev"], ONE, ["--role=x", "dev"]],
    [[], OPTIONAL, []],
  ])("%j", (words, args, accepted) => {
    expect(strictArgs("serve", args, words)).toEqual(accepted);
  });
});

describe("refused, with exit 2", () => {
  const help = "metacred serve --help";
  test.each<[string[], ArgsDef, string, string]>([
    [["--roel", "dev"], ARGS, '"metacred serve" has no flag --roel', "metacred serve --role"],
    [["--roel=dev"], ARGS, '"metacred serve" has no flag --roel', "metacred serve --role"],
    [["--xyzzy"], ARGS, '"metacred serve" has no flag --xyzzy', help],
    [["--redirect"], ARGS, '"metacred serve" has no flag --redirect', "metacred serve --no-redirect"],
    [["--no-background"], ARGS, '"metacred serve" has no flag --no-background', "metacred serve --background"],
    [["-db"], ARGS, '"metacred serve" has no flag -db', "metacred serve -d"],
    [["--background=yes"], ARGS, "--background takes no value", help],
    [["--role"], ARGS, "--role needs a value", help],
    [["--role="], ARGS, "--role needs a value", help],
    [["--role", ""], ARGS, "--role needs a value", help],
    [["dev"], ARGS, '"metacred serve" does not take "dev"', "metacred serve --role dev"],
    [["-d", "dev"], ARGS, '"metacred serve" does not take "dev"', "metacred serve --role dev"],
    [["--role", "dev", "prod"], ARGS, '"metacred serve" does not take "prod"', help],
    [["dev"], {}, '"metacred serve" does not take "dev"', help],
    [["dev", "prod"], ONE, '"metacred serve" does not take "prod"', "metacred serve --role prod"],
    [["--background"], ONE, '"metacred serve" needs NAME', help],
    [["--constructor"], ARGS, '"metacred serve" has no flag --constructor', help],
  ])("%j", async (words, args, message, hint) => {
    expect(await failureOf(() => strictArgs("serve", args, words))).toEqual({ message, hint, exit: 2 });
  });
});

test.each([
  [["dev"], "given", "metacred exec --role dev -- …"],
  [["--role", "dev", "x"], "given", "metacred exec --help"],
  [["terraform"], "missing", "metacred exec -- terraform …"],
] as const)("a word before -- of a command that takes some behind it: %j, %s", async (words, tail, hint) => {
  expect(await failureOf(() => strictArgs("exec", ARGS, words, tail))).toMatchObject({ hint, exit: 2 });
});

test.each<[ArgsDef[string], string[]]>([
  [{ type: "string" }, []],
  [{ type: "string", alias: "r" }, ["r"]],
  [{ type: "boolean", alias: ["d", "b"] }, ["d", "b"]],
])("aliases of %j", (arg, aliases) => {
  expect(aliasesOf(arg)).toEqual(aliases);
});
