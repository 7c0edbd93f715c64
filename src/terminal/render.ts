// How the list looks. Pure: a state in, lines out, none of them wider than the terminal.
import type { Choice, Picker } from "./picker.ts";

export type Size = { columns: number; rows: number };

const PROMPT = "role> ";
const MOST_SHOWN = 15;
const WIDE = 90;
const NARROW = 50;

/** Entries shown at once: a few lines of what was on the screen before stay in sight. */
export function pageOf({ rows }: Size): number {
  return Math.max(1, Math.min(MOST_SHOWN, rows - 4));
}

export function renderPicker(picker: Picker, size: Size, colour: boolean): { lines: string[]; cursorColumn: number } {
  const { choices, matches, selected, query } = picker;
  const page = pageOf(size);
  const width = Math.max(size.columns - 1, 10);
  const first = Math.max(0, Math.min(selected - Math.floor(page / 2), matches.length - page));
  const shown = matches
    .slice(first, first + page)
    .flatMap((index) => choices[index] ?? [])
    .map(harmless);
  const widths = widthsOf(shown, size.columns);
  const rows = shown.map((choice, index) => {
    const isSelected = first + index === selected;
    const line = fit(`${isSelected ? ">" : " "} ${row(choice, widths, size.columns)}`, width);
    return isSelected && colour ? `\u001B[7m${line}\u001B[0m` : line;
  });
  const prompt = fit(`${PROMPT}${query}`, width);
  const count = matches.length === 0 ? "  no role matches; Backspace takes letters away" : countOf(picker);
  return { lines: [prompt, ...rows, fit(count, width)], cursorColumn: Bun.stringWidth(prompt) };
}

function countOf({ matches, choices }: Picker): string {
  return `  ${matches.length} of ${choices.length}; type to filter, arrows, Enter, Esc`;
}

type Widths = { name: number; account: number };

function widthsOf(shown: readonly Choice[], columns: number): Widths {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => Bun.stringWidth(text)));
  const names = widest(shown.map(({ name }) => name));
  return { name: Math.min(names, Math.floor(columns / 2)), account: widest(shown.map(({ account }) => account)) };
}

function row(choice: Choice, widths: Widths, columns: number): string {
  const { name, account, arn, protected: isProtected, current } = choice;
  const marks = [...(current ? ["served now"] : []), ...(isProtected ? ["protected"] : [])];
  const mark = marks.length === 0 ? "" : ` [${marks.join(", ")}]`;
  const parts = [pad(name, widths.name)];
  if (columns >= NARROW) parts.push(pad(account, widths.account));
  return `${parts.join("  ")}${mark}${columns >= WIDE && arn !== "" ? `  ${arn}` : ""}`.trimEnd();
}

function pad(text: string, width: number): string {
  const cut = fit(text, width);
  return cut + " ".repeat(Math.max(0, width - Bun.stringWidth(cut)));
}

// Names come from files that others may have written: nothing in them may steer the terminal.
function harmless(choice: Choice): Choice {
  const { name, account, arn } = choice;
  return { ...choice, name: harmlessText(name), account: harmlessText(account), arn: harmlessText(arn) };
}

export function harmlessText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "?");
}

function fit(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let cut = "";
  for (const letter of text) {
    if (Bun.stringWidth(cut + letter) > width - 1) break;
    cut += letter;
  }
  return `${cut}…`;
}
