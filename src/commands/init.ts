import { defineCommand } from "citty";
import schema from "../../docs/config.schema.json";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { print, tell } from "../print.ts";
import { withAgreement } from "../quick/agree.ts";

export const examples = ["metacred init", "metacred init --print    # only show it"];

export default defineCommand({
  meta: { description: "Write a first config from the AWS profiles that you have" },
  args: {
    print: { type: "boolean", description: "print it instead" },
    yes: { type: "boolean", description: "replace a config that is there" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const { proposal, writeFirstConfig } = await loadEngine();
    if (args.print === true) {
      await print(await proposal(context));
      return EXIT.ok;
    }
    const schemaText = `${JSON.stringify(schema, undefined, 2)}\n`;
    const question = (word: string) => `${context.paths.configFile} exists already. Type ${word} to replace it: `;
    const written = await withAgreement(
      context,
      args.yes ?? false,
      (granted) => writeFirstConfig(context, schemaText, granted),
      question,
    );
    const { base, defaultRole, roles } = written;
    const lines = [
      `wrote ${context.paths.configFile}: ${roles.length} role${roles.length === 1 ? "" : "s"}, base ${base ?? "not known"}`,
      base === undefined
        ? "  next: name your AWS profile as base there (aws configure sso makes one), then metacred serve --background"
        : `  next: metacred serve --background serves ${defaultRole ?? base}, metacred use switches`,
    ];
    await tell(`${lines.join("\n")}\n`);
    return EXIT.ok;
  },
});
