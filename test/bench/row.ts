// One line of the results: what was measured, beside what, and how far apart the two may be.

export type Unit = "×" | "ms" | "%";

export type Limit = { unit: Unit } & ({ atMost: number } | { atLeast: number });

export type Measured =
  | { /** In the limit's unit. */ value: number; ours: string; theirs: string }
  /** What this machine lacks. */
  | { skipped: string };

export type Row = {
  name: string;
  /** Of what the two numbers are. */
  what: string;
  beside: string;
  limit: Limit;
  measure(): Promise<Measured>;
};

export type Verdict = "pass" | "FAIL" | "skipped";

export function judge(limit: Limit, measured: Measured): Verdict {
  if ("skipped" in measured) return "skipped";
  const isWithin = "atMost" in limit ? measured.value <= limit.atMost : measured.value >= limit.atLeast;
  return isWithin ? "pass" : "FAIL";
}

/** What is left of a time when the time of those it waited for is taken away. */
export function added(tookMs: number, waitedMs: number): Measured {
  return { value: tookMs - waitedMs, ours: `${tookMs.toFixed(1)} ms`, theirs: `${waitedMs.toFixed(1)} ms` };
}

/** For rows that come out of one measurement: it is made when the first of them asks. */
export function shared<Result>(measure: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  return () => (running ??= measure());
}
