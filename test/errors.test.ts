import { expect, test } from "bun:test";
import { CliError, EXIT, messageOf } from "../src/errors.ts";

test("exit codes of the contract", () => {
  expect(EXIT).toEqual({
    ok: 0,
    failure: 1,
    usage: 2,
    notRunning: 3,
    needsPerson: 4,
    needsPrivilege: 5,
    awsRefused: 6,
    notRunnable: 126,
    noSuchCommand: 127,
  });
});

test("exit is 1 where nothing is said", () => {
  expect(new CliError("it failed").exit).toBe(1);
});

// The binary has two entry points, each with a copy of the class.
test("one of the other entry point is one, too; another error is none", () => {
  const twin = Object.assign(new Error("it failed"), { name: "CliError", exit: 4 });
  expect(twin instanceof CliError).toBe(true);
  expect(new Error("it failed") instanceof CliError).toBe(false);
  expect({ name: "CliError" } instanceof CliError).toBe(false);
});

test.each([
  ["an error", new Error("words"), "words"],
  ["text", "words", "words"],
  ["nothing", undefined, "undefined"],
])("message of %s", (_title, thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
