import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WORDS } from "../../docs/config-words.ts";
import { renderReference } from "../../packages/reference.ts";
import { COMMANDS } from "../../src/cli.ts";
import { helpParts } from "../../src/help.ts";
import { ROOT } from "../support/install-machine.ts";

test("docs/commands.md is what the definitions give: npm run completions", async () => {
  expect(await Bun.file(join(ROOT, "docs/commands.md")).text()).toBe(await renderReference());
});

const DOCS = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
const PAGES = ["README.md", ...DOCS.map((name) => join("docs", name))];

test.each(PAGES)("%s: its links lead somewhere, and its commands exist", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  const prose = text.replaceAll(/^```.*?^```$/gms, "");
  for (const [, target = ""] of prose.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    expect({ target, isThere: existsSync(join(ROOT, dirname(page), target)) }).toEqual({ target, isThere: true });
  }
  for (const [, name = ""] of text.matchAll(/^(?:\$ |sudo |export \$\(|eval "\$\()?metacred ([a-z][a-z-]*)/gm)) {
    if (page === "README.md" && !Object.hasOwn(COMMANDS, name)) continue;
    expect(Object.keys(COMMANDS)).toContain(name);
  }
});

test.each(PAGES)("%s: the flags of its commands, and the keys that it names with their tables, exist", async (page) => {
  const text = readFileSync(join(ROOT, page), "utf8");
  for (const [line, name = "", words = ""] of text.matchAll(/\bmetacred ([a-z][a-z-]*)((?: [^\s`|#;&()]+)*)/g)) {
    const command = COMMANDS[name];
    if (command === undefined) continue;
    const known = (await helpParts(name, command)).flags.flatMap(
      ([spelling]) => spelling.match(/--?[a-z][a-z-]*/g) ?? [],
    );
    const [own = ""] = words.split(" -- ");
    for (const [, flag = ""] of own.matchAll(/ (--?[a-z][a-z-]*)/g)) {
      expect({ line, flag, isKnown: ["--help", "--config", ...known].includes(flag) }).toEqual({
        line,
        flag,
        isKnown: true,
      });
    }
  }
  // WSL's own file has a table [boot].
  for (const [, table = "", key = ""] of text.matchAll(/`\[(?!boot\])([\w.]+)\] (\w+)/g)) {
    const path = [...table.replace(/^(roles|sources|accounts)\.\w+$/, "$1.*").split("."), key].join(".");
    expect(Object.keys(WORDS)).toContain(path);
  }
});
