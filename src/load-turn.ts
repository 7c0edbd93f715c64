import { entryPoint } from "./entry-point.ts";
import type * as turn from "./turn.ts";

type Turn = typeof turn;

export function loadTurn(): Promise<Turn> {
  return import(entryPoint("turn")) as Promise<Turn>;
}
