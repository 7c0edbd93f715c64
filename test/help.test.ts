import { describe, expect, test } from "bun:test";
import { COMMANDS, type CommandModule } from "../src/cli.ts";
import { descriptionOf, renderHelp, renderOverview } from "../src/help.ts";

const command = (definition: CommandModule["default"], examples: string[] = []): CommandModule => ({
  default: definition,
  examples,
});

test("usage line, what it does, examples, flags", async () => {
  const args = {
    name: { type: "positional", required: true, valueHint: "NAME" },
    more: { type: "positional", required: false, valueHint: "MORE" },
    role: { type: "string", alias: "r", valueHint: "ROLE", description: "which role" },
    file: { type: "string", description: "where to" },
    json: { type: "boolean", description: "as JSON" },
    redirect: { type: "boolean", default: true, description: "on", negativeDescription: "off" },
  } as const;
  const text = await renderHelp(
    "do",
    command({ meta: { description: "Do it" }, args }, ["metacred do x", "metacred do y"]),
  );
  expect(text).toBe(`usage: metacred do [flags] NAME [MORE]

  Do it

  $ metacred do x
  $ metacred do y

  -r, --role ROLE  which role
  --file VALUE     where to
  --json           as JSON
  --no-redirect    off
`);
});

test("a single flag", async () => {
  const args = { json: { type: "boolean", description: "as JSON" } } as const;
  const text = await renderHelp("do", command({ meta: { description: "Do it" }, args }));
  expect(text).toEndWith("\n\n  --json  as JSON\n");
});

test("a command without flags has no flags", async () => {
  const text = await renderHelp("stop", command({ meta: { description: "End it" } }, ["metacred stop"]));
  expect(text).toBe("usage: metacred stop\n\n  End it\n\n  $ metacred stop\n");
});

test("the overview lists commands with what they do", async () => {
  const one = command({ meta: { description: "Do it" } });
  const text = await renderOverview({ do: one, "do-more": one });
  expect(text).toBe(`metacred: AWS credentials for every program on this machine, for the role you choose

usage: metacred COMMAND [--config FILE] [--help]

  do       Do it
  do-more  Do it

  metacred --version    metacred COMMAND --help
`);
});

describe("every command", () => {
  test.each(Object.entries(COMMANDS))(
    "%s has a description, examples, and words for each flag",
    async (name, module) => {
      expect(await descriptionOf(module)).toMatch(/^[A-Z].*[^.]$/);
      expect(module.examples.length).toBeWithin(1, 4);
      for (const example of module.examples) expect(example).toContain(`metacred ${name}`);
      const help = await renderHelp(name, module);
      for (const line of help.split("\n")) expect(line).not.toMatch(/^ {2}-.*--\S+$|undefined|VALUE/);
    },
  );
});
