import { expect, test } from "bun:test";
import { join } from "node:path";
import { SAMPLE_ROLE, sampleStatus } from "../support/sample-status.ts";

test("docs/status.md names every field of status --json, and no other", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../docs/status.md")).text();
  const [status = "", role = ""] = text.split("Of `role`:");
  const fields = (table: string) => [...table.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
  expect(fields(status)).toEqual(Object.keys(sampleStatus()));
  expect(fields(role)).toEqual(Object.keys(SAMPLE_ROLE));
});
