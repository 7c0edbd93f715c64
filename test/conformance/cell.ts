// What is known of one client in one respect.
import type { Check } from "./clients.ts";

export type Cell =
  | { state: "ok"; shown: string }
  | { state: "failed"; why: string }
  /** The client has no such thing. */
  | { state: "none"; why: string }
  /** This machine lacks something. */
  | { state: "skipped"; why: string };

export type Row = {
  id: string;
  name: string;
  version: string;
  /** `replayed`: the client cannot run here, its known requests were sent instead. */
  how: "run" | "replayed";
  cells: Partial<Record<Check, Cell>>;
};

export const CHECKS: readonly (readonly [check: Check, title: string])[] = [
  ["credentials", "credentials"],
  ["redirect", "169.254.169.254"],
  ["region", "region"],
  ["identity", "identity"],
  ["container", "container"],
  ["ecs", "ECS"],
  ["eks", "EKS"],
  ["process", "process"],
  ["signed-out", "signed out"],
  ["follow", "follows `use`"],
];

export function ok(shown = "ok"): Cell {
  return { state: "ok", shown };
}

export function failed(why: string): Cell {
  return { state: "failed", why };
}

/** Those whose state is `state`, with their row and check. */
export function cellsIn(rows: readonly Row[], state: "failed" | "skipped"): string[] {
  return rows.flatMap((row) =>
    Object.entries(row.cells).flatMap(([check, cell]) =>
      cell.state === state ? [`${row.name}, ${check}: ${cell.why}`] : [],
    ),
  );
}
