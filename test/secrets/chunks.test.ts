import { expect, test } from "bun:test";
import { CHUNK_BYTES, chunked } from "../../src/secrets/chunks.ts";
import type { SecretStore } from "../../src/secrets/secret-store.ts";

function items() {
  const kept = new Map<string, string>();
  const store: SecretStore = {
    get: async (name) => kept.get(name),
    async set(name, value) {
      if (Buffer.byteLength(value) > 2560) throw new Error("too long for one item");
      kept.set(name, value);
    },
    delete: async (name) => void kept.delete(name),
  };
  return { kept, store: chunked(store) };
}

test.each<[string, string, number]>([
  ["short", "x", 1],
  ["as long as one item", "x".repeat(CHUNK_BYTES), 1],
  ["longer", "x".repeat(CHUNK_BYTES + 1), 3],
  ["a token of 10 KB with letters of three bytes", "é€".repeat(2048), 7],
  ["what looks like a number of chunks", "metacred-chunks:9", 2],
  ["empty", "", 1],
])("%s comes back as it was", async (_title, secret, count) => {
  const { kept, store } = items();
  await store.set("a", secret);
  expect(await store.get("a")).toBe(secret);
  expect(kept.size).toBe(count);
});

test("a shorter one in place of a longer one leaves nothing behind, nor does a deletion", async () => {
  const { kept, store } = items();
  await store.set("a", "x".repeat(9000));
  await store.set("a", "y");
  expect([...kept]).toEqual([["a", "y"]]);
  await store.set("a", "x".repeat(9000));
  await store.delete("a");
  expect(kept.size).toBe(0);
});
