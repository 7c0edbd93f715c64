// The results as people read them: one Markdown table, and what it was measured on.
import { markdownTable } from "../support/markdown-table.ts";
import { type Limit, type Measured, type Row, judge } from "./row.ts";

export type Machine = {
  cpu: string;
  cores: number;
  system: string;
  bun: string;
  /** What the machine did besides, by its load average as the run began: a busy one favours whoever uses one thread. */
  load: number;
};

export type Line = Pick<Row, "name" | "what" | "beside" | "limit"> & { measured: Measured };

const HEAD = ["", "of what", "metacred", "beside", "its", "measured", "limit", ""];

export function renderReport(lines: readonly Line[], machine: Machine, requests: number): string {
  return `# Bench

Written by \`npm run bench\`. Both sides of a row were measured in the same run, turn by turn, on the same machine: the
numbers are this machine's, the ratios are what counts.

${machine.cpu}, ${machine.cores} cores, ${machine.system}, Bun ${machine.bun}, load average ${machine.load.toFixed(1)} before the run

${markdownTable([HEAD, ...lines.map(cellsOf)])}
- Commands: medians of the wall time from spawn to exit, in random order after a warm-up. The empty program is compiled
  by the same Bun with the options of \`build.sh\`.
- The bare server is a \`Bun.serve\` in a process of its own that answers the same bytes and checks nothing; load by wrk,
  16 connections, medians of the rounds and of their ratios. Memory is read at once after ${requests.toLocaleString("en")} requests, and
  again when what they left has been collected; the idle daemon is looked at then.
- A time beside a delay is what is left when the delays of the mock AWS have been taken away, and root's step with them.
`;
}

/** `≤ 1.5 ×`, `≥ 0.8 ×`. */
function renderLimit(limit: Limit): string {
  return "atMost" in limit ? `≤ ${limit.atMost} ${limit.unit}` : `≥ ${limit.atLeast} ${limit.unit}`;
}

// --- internal ---

function cellsOf({ name, what, beside, limit, measured }: Line): string[] {
  const verdict = judge(limit, measured);
  if ("skipped" in measured)
    return [name, what, "", beside, "", "", renderLimit(limit), `skipped: ${measured.skipped}`];
  const { value, ours, theirs } = measured;
  return [name, what, ours, beside, theirs, `${decimals(value, limit)} ${limit.unit}`, renderLimit(limit), verdict];
}

function decimals(value: number, { unit }: Limit): string {
  return value.toFixed(unit === "%" ? 3 : unit === "ms" ? 1 : 2);
}
