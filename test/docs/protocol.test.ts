// docs/protocol.md says what is served, and lists every vector by its number.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { renderProtocol } from "../../docs/generate-protocol.ts";
import { listVectors } from "../../docs/protocol-vectors.ts";

test("protocol.md is what the program serves and the tests show: npm run protocol", async () => {
  const written = await Bun.file(join(import.meta.dir, "../../docs/protocol.md")).text();
  expect(written).toBe(await renderProtocol());
});

test("all 111 vectors have their test", () => {
  const counts = { T: 21, U: 13, L: 19, C: 16, E: 9, K: 12, N: 10, S: 6, P: 5 };
  const wanted = Object.entries(counts).flatMap(([family, last]) =>
    Array.from({ length: last }, (_, index) => `${family}${index + 1}`),
  );
  expect(wanted).toHaveLength(111);
  const shown = new Set(listVectors().map(({ id }) => id));
  expect(wanted.filter((id) => !shown.has(id))).toEqual([]);
});
