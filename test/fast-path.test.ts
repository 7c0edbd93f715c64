import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fastPath } from "../src/fast-path.ts";
import { desk } from "./quick/command.ts";

test("the version, and nothing else", async () => {
  await using it = desk();
  expect(await it.metacred("--version")).toEqual({ stdout: "0.0.0-dev\n", stderr: "", exitCode: 0 });
});

test("no built-in module is loaded before a short cut runs", async () => {
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, "../src/main.ts")], target: "bun" });
  const bundle = (await outputs[0]?.text()) ?? "";
  expect(bundle).toContain("credential-process");
  expect(new Bun.Transpiler({ loader: "js" }).scanImports(bundle)).toEqual([]);
});

describe("short cuts", () => {
  test.each([
    ["--version"],
    ["-v"],
    ["status"],
    ["status --json"],
    ["status --check --json"],
    ["status --format {role}"],
    ["use dev"],
    ["use -"],
    ["use none"],
    ["credential-process"],
    ["credential-process --role dev"],
    ["env"],
    ["env --role dev"],
    ["env --format fish --role dev"],
    ["__complete roles"],
    ["__complete"],
  ])("%s", (line) => {
    expect(fastPath(line.split(" "), false)).toBeFunction();
  });
});

describe("the ordinary way", () => {
  test.each([
    ["status --help"],
    ["status --jsn"],
    ["status --format"],
    ["status --watch"],
    ["status word"],
    ["use"],
    ["use --help"],
    ["use dev --yes"],
    ["use dev prod"],
    ["credential-process --role"],
    ["credential-process --role=dev"],
    ["credential-process dev"],
    ["credential-process --role dev more"],
    ["env --json"],
    ["env --format"],
    ["env --role dev --role dev"],
    ["exec"],
    ["--version more"],
    ["serve"],
    ["stop"],
    ["constructor"],
  ])("%s", (line) => {
    expect(fastPath(line.split(" "), false)).toBeUndefined();
  });

  test("no words at all", () => {
    expect(fastPath([], false)).toBeUndefined();
  });

  test.each([["status"], ["use dev"], ["--version"]])("%s with words behind --", (line) => {
    expect(fastPath(line.split(" "), true)).toBeUndefined();
  });
});
