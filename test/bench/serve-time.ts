// How long `serve --background` takes to return, which is when the daemon is ready.
import { type World, freePort } from "../support/world.ts";
import { median } from "./statistics.ts";
import { timeCommand } from "./timing.ts";

const RUNS = 7;

type How = { enter?: readonly string[]; env?: Readonly<Record<string, string>> };

/** The median of several starts, each after the end of the one before. */
export async function serveMs(world: World, words: readonly string[], how: How = {}): Promise<number> {
  const timesMs: number[] = [];
  for (let run = 0; run < RUNS; run++) timesMs.push(await startOnce(world, words, how));
  return median(timesMs);
}

/** One start; `meanwhile` runs before the daemon is stopped again. */
export async function startOnce(
  world: World,
  words: readonly string[],
  { enter = [], env = {} }: How,
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<number> {
  const serving = [world.binary, "serve", "--background", "--role", "dev", "--port", String(freePort()), ...words];
  const tookMs = timeCommand([...enter, ...serving], { env: { ...world.env, ...env }, cwd: world.folder });
  await meanwhile();
  const stopped = await world.metacred(["stop"]);
  if (stopped.exitCode !== 0) throw new Error(stopped.stderr);
  return tookMs;
}
