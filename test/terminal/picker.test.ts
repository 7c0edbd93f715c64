import { describe, expect, test } from "bun:test";
import { readKeys } from "../../src/terminal/keys.ts";
import { inOrder } from "../../src/terminal/pick-role.ts";
import { type Choice, type Picker, openPicker, press } from "../../src/terminal/picker.ts";
import { renderPicker } from "../../src/terminal/render.ts";
import { SAMPLE_ROLE } from "../support/sample-status.ts";

const choice = (name: string, change: Partial<Choice> = {}): Choice => ({
  name,
  account: "111122223333",
  arn: `arn:aws:iam::111122223333:role/${name}`,
  protected: false,
  current: false,
  ...change,
});
const CHOICES = [choice("dev", { current: true }), choice("prod", { protected: true }), choice("qa")];

/** What comes of the keys: the name, `cancelled`, or the picker as it stands. */
function after(keys: string, choices: readonly Choice[] = CHOICES): string | Picker {
  let picker = openPicker(choices);
  for (const key of readKeys(keys).keys) {
    const outcome = press(picker, key, 2);
    if ("chosen" in outcome) return outcome.chosen;
    if ("cancelled" in outcome) return "cancelled";
    picker = outcome.picker;
  }
  return picker;
}

test.each([
  ["\r", "dev"],
  ["\u001B[B\r", "prod"],
  ["\u001B[B\u001B[B\u001B[B\u001B[B\r", "qa"],
  ["\u001B[A\r", "dev"],
  ["\u001B[F\r", "qa"],
  ["\u001B[6~\r", "qa"],
  ["q\r", "qa"],
  ["qx\u007F\r", "qa"],
  ["zzz\u0017\r", "dev"],
  ["zzz\u0015pr\r", "prod"],
  ["\u0003", "cancelled"],
  ["\u001Bx", "cancelled"],
])("%j", (keys, outcome) => {
  expect(after(keys)).toBe(outcome);
});

test("Enter without a match chooses nothing", () => {
  expect(after("zzz\r")).toMatchObject({ query: "zzz", matches: [] });
});

describe("the frame", () => {
  const lines = (columns: number, picker = openPicker(CHOICES), rows = 24) =>
    renderPicker(picker, { columns, rows }, false).lines;

  test("wide", () => {
    expect(lines(120)).toEqual([
      "role> ",
      "> dev   111122223333 [served now]  arn:aws:iam::111122223333:role/dev",
      "  prod  111122223333 [protected]  arn:aws:iam::111122223333:role/prod",
      "  qa    111122223333  arn:aws:iam::111122223333:role/qa",
      "  3 of 3; type to filter, arrows, Enter, Esc",
    ]);
  });

  test("40 columns: nothing is wider, names come first", () => {
    const long = openPicker([choice("a-very-long-name-of-a-role-that-nobody-can-read"), ...CHOICES]);
    const narrow = lines(40, long);
    expect(narrow.every((line) => Bun.stringWidth(line) < 40)).toBe(true);
    expect(narrow[1]).toBe("> a-very-long-name-of…");
  });

  test("few rows and many names: the selected one is in sight", () => {
    const many = openPicker(Array.from({ length: 7000 }, (_, index) => choice(`role-${index}`)));
    const shown = lines(80, { ...many, selected: 6999 }, 10);
    expect(shown).toHaveLength(8);
    expect(shown.at(-2)).toContain("> role-6999");
  });

  test("a name cannot steer the terminal", () => {
    expect(lines(80, openPicker([choice("\u001B[2Jevil")]))[1]).toContain("> ?[2Jevil");
  });
});

test("recent ones first, the present one behind them", () => {
  const entries = ["a", "b", "c", "dev"].map((name) => ({ name, account: "", arn: "", protected: false }));
  const order = inOrder(entries, { role: SAMPLE_ROLE, recent_roles: ["dev", "c"] });
  expect(order.map(({ name, current }) => `${name}${current ? "*" : ""}`)).toEqual(["c", "dev*", "a", "b"]);
});
