import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { knownWord } from "../known-word.ts";
import { loadEngine } from "../load-engine.ts";
import { print } from "../print.ts";
import { askHeader, askKeys } from "../quick/ask-keys.ts";
import { sayNotice } from "../quick/sign-in.ts";

const VERBS = ["add", "list", "remove"] as const;

export const examples = [
  'metacred keys add ci-user             # asks for the keys; [sources.NAME] keychain = "ci-user" uses them',
  'metacred keys add afp --header        # a broker\'s: headers = { Authorization = { keychain = "afp" } }',
  "metacred keys list",
];

export default defineCommand({
  meta: { description: "Keep IAM user keys, and headers for brokers, in the OS keychain: add, list, remove" },
  args: {
    verb: { type: "positional", required: true, valueHint: VERBS.join("|") },
    name: { type: "positional", required: false, valueHint: "NAME", description: "a name of your own" },
    stdin: { type: "boolean", description: "add: read key id and secret, or the header, from standard input" },
    header: { type: "boolean", description: "add: what is kept is the value of a broker's header" },
    json: { type: "boolean", description: "list: print JSON" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const { addBrokerHeader, addUserKeys, listUserKeys, removeUserKeys } = await loadEngine();
    const verb = knownWord(args.verb, VERBS, {
      message: `"metacred keys" does not know "${args.verb}"`,
      before: "metacred keys",
    });
    switch (verb) {
      case "list": {
        const kept = listUserKeys(context);
        if (Object.keys(kept).length === 0 && args.json !== true) sayNotice("no keys are kept");
        await printKeys(kept, args.json ?? false);
        return EXIT.ok;
      }
      case "add": {
        const name = nameOf(args.name, "add");
        if (args.header === true) {
          await addBrokerHeader(context, name, await askHeader(context, args.stdin ?? false), sayNotice);
          sayNotice(`kept as "${name}"; in the config: headers = { Authorization = { keychain = "${name}" } }`);
          return EXIT.ok;
        }
        await addUserKeys(context, name, await askKeys(context, args.stdin ?? false), sayNotice);
        sayNotice(`kept as "${name}"; in the config: [sources.${name}] keychain = "${name}", base = "${name}"`);
        return EXIT.ok;
      }
      case "remove": {
        const name = nameOf(args.name, "remove");
        const isHeader = listUserKeys(context)[name]?.accessKeyId === null;
        await removeUserKeys(context, name, sayNotice);
        sayNotice(`removed "${name}"${isHeader ? "" : "; the keys live on at AWS until they are deleted there"}`);
        return EXIT.ok;
      }
    }
  },
});

function nameOf(name: string | undefined, verb: string): string {
  if (name !== undefined && /^[\w.-]{1,64}$/.test(name)) return name;
  throw new CliError(
    name === undefined ? `"metacred keys ${verb}" needs NAME` : `"${name}" is no name: letters, digits, - _ .`,
    { hint: `metacred keys ${verb} ci-user`, exit: EXIT.usage },
  );
}

async function printKeys(
  keys: Readonly<Record<string, { accessKeyId: string | null }>>,
  asJson: boolean,
): Promise<void> {
  const rows = Object.entries(keys).map(([name, { accessKeyId }]) => ({ name, access_key_id: accessKeyId }));
  const text = asJson
    ? `${JSON.stringify(rows)}\n`
    : rows.map(({ name, access_key_id: id }) => `${name}  ${id ?? "header"}\n`).join("");
  await print(text);
}
