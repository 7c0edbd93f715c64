// The heavy half of the program, with the AWS SDK, is an entry point of its own and loaded on demand.
import type * as engine from "./engine.ts";
import { entryPoint } from "./entry-point.ts";

type Engine = typeof engine;

export function loadEngine(): Promise<Engine> {
  return import(entryPoint("engine")) as Promise<Engine>;
}
