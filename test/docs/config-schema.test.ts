// docs/config.schema.json is what the program checks with, and says so of right and wrong values.
import { expect, test } from "bun:test";
import { jsonSchema } from "../../docs/generate-schema.ts";
import { join } from "node:path";

test("config.schema.json is what the program checks with: npm run schema", async () => {
  const written: unknown = await Bun.file(join(import.meta.dir, "../../docs/config.schema.json")).json();
  expect(written).toEqual(jsonSchema());
});

type Schema = { properties: Record<string, Record<string, unknown>> };

test.each<[string, unknown]>([
  ["port", { type: "integer", minimum: 1, maximum: 65_535, default: 25_772 }],
  ["http_tokens", { enum: ["required", "optional"], default: "required" }],
  ["server_header", { type: "boolean", default: false }],
])("imds.%s", (name, wanted) => {
  const { imds } = (jsonSchema() as Schema).properties;
  expect((imds as Schema | undefined)?.properties[name]).toMatchObject(wanted as Record<string, unknown>);
});

test("unknown keys are wrong in every table, and the places of lists and lengths are right", () => {
  const { properties } = jsonSchema() as Schema;
  for (const table of ["imds", "refresh", "redirect", "log", "notify"]) {
    expect(properties[table]?.["additionalProperties"]).toBe(false);
  }
  expect((properties["redirect"] as Schema | undefined)?.properties["users"]).toMatchObject({
    type: "array",
    items: { type: "string", minLength: 1 },
    minItems: 1,
    default: ["{user}"],
  });
  expect((properties["refresh"] as Schema | undefined)?.properties["early"]).toMatchObject({
    type: "string",
    pattern: String.raw`^(\d+[smh])+$`,
  });
});
