// The heavy half of the program, with the AWS SDK, is a second entry point of the same binary and loaded on demand.
import type * as engine from "./engine.ts";
import { VERSION } from "./version.ts";

type Engine = typeof engine;

/** The name is put together at run time: a plain one would be bundled into the quick half as well. */
export function loadEngine(): Promise<Engine> {
  const extension = VERSION.endsWith("-dev") ? "ts" : "js";
  return import(["./engine", extension].join(".")) as Promise<Engine>;
}
