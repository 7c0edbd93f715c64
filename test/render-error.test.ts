import { expect, test } from "bun:test";
import { CliError } from "../src/errors.ts";
import { renderError } from "../src/render-error.ts";

test("two lines: what failed, what to type", () => {
  const error = new CliError("the SSO session has expired", { hint: "metacred login" });
  expect(renderError(error, false)).toBe("metacred: the SSO session has expired\n  try: metacred login\n");
});

test("without a hint, one", () => {
  expect(renderError(new CliError("it failed"), false)).toBe("metacred: it failed\n");
});

test.each([
  ["an error", new TypeError("x is undefined")],
  ["text", "x is undefined"],
])("what nobody expected is a bug: %s", (_title, thrown) => {
  expect(renderError(thrown, false)).toBe(
    "metacred: unexpected: x is undefined\n  try: METACRED_DEBUG=1, and report what it prints as a bug\n",
  );
});

test("debugging shows the stack and the causes", () => {
  const error = new CliError("outer", { cause: new Error("middle", { cause: new Error("inner") }) });
  const shown = renderError(error, true);
  expect(shown).toStartWith("metacred: outer\n");
  expect(shown).toMatch(/render-error\.test\.ts[^]*caused by [^]*middle[^]*caused by [^]*inner/);
});
