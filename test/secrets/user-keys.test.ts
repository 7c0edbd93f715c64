// What is under a name in the keychain and is none of ours.
import { expect, test } from "bun:test";
import { memoryStore } from "../../src/secrets/secret-store.ts";
import { readHeader, readKeys } from "../../src/secrets/user-keys.ts";

test.each(["verysecretword and more", '{"accessKeyId":"verysecretword"}', ""])(
  "%j is damaged, and is not repeated",
  async (text) => {
    const store = memoryStore();
    await store.set("keys ci", text);
    const said = await readKeys("ci", store).catch(String);
    expect(said).toBe('CliError: the keys "ci" are damaged');
    expect(await readHeader("ci", store)).toBeUndefined();
  },
);
