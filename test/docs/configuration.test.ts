// docs/configuration.md has every key of the configuration, and the examples of the pages are right.
import { expect, test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { WORDS } from "../../docs/config-words.ts";
import { configKeys, renderConfiguration } from "../../docs/generate-keys.ts";
import { RELOADED } from "../../src/config/read-at-start.ts";
import { configSchema } from "../../src/config/schema.ts";
import { codeBlocks } from "./code-blocks.ts";

test("configuration.md is what the program checks with: npm run schema", async () => {
  const written = await Bun.file(join(import.meta.dir, "../../docs/configuration.md")).text();
  expect(written).toBe(await renderConfiguration());
});

test("docs/config-words.ts has words for every key, and for no other", () => {
  expect(Object.keys(WORDS).toSorted()).toEqual(
    configKeys()
      .map(({ path }) => path)
      .toSorted(),
  );
});

test("each pattern of what is read again names a key", () => {
  const paths = Object.keys(WORDS);
  expect(RELOADED.filter((pattern) => !paths.some((path) => pattern.test(path)))).toEqual([]);
});

test.each(["README.md", "docs/configuration.md"])("%s: each example is a configuration", async (page) => {
  // A block that begins with the name of a file is another program's.
  const blocks = (await codeBlocks(page, "toml")).filter((block) => !block.startsWith("# ~/"));
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(v.safeParse(configSchema, Bun.TOML.parse(block)).issues).toBeUndefined();
});
