// The matrix as people read it, and the block of the README that is made from it.
import { markdownTable } from "../support/markdown-table.ts";
import { CHECKS, type Cell, type Row } from "./cell.ts";

const BEGIN = "<!-- clients: npm run conformance writes what follows -->";
const END = "<!-- clients: end -->";

export function renderTable(rows: readonly Row[]): string {
  const head = ["client", "version", ...CHECKS.map(([, title]) => title)];
  const body = rows.map((row) => [row.name, row.version, ...CHECKS.map(([check]) => shownOf(row.cells[check]))]);
  return markdownTable([head, ...body]);
}

/** `readme` with the table in the place of the one before. */
export function withTable(readme: string, rows: readonly Row[]): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${renderTable(rows)}\n${readme.slice(end)}`;
}

// --- internal ---

function shownOf(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  switch (cell.state) {
    case "ok":
      return cell.shown;
    case "failed":
      return "FAILED";
    case "none":
      return "–";
    case "skipped":
      return "skipped";
  }
}
