// The ordinary commands are an entry point of their own: a bundle loads the built-in modules of all its files at its
// start, and the quick commands shall not wait for those of the others.
import type * as cli from "./cli.ts";
import { entryPoint } from "./entry-point.ts";

type Cli = typeof cli;

export function loadCli(): Promise<Cli> {
  return import(entryPoint("cli")) as Promise<Cli>;
}
