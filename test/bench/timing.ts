// Wall time of whole commands, as a prompt or a shell's completion waits for them.
import { median, shuffled } from "./statistics.ts";

export type Timed = {
  env: Record<string, string>;
  cwd: string;
  /** One of them a round, by turns. */
  turns: readonly (readonly string[])[];
};

const WARM_UP_ROUNDS = 4;

/** Milliseconds from spawn to exit. A command that fails is no measurement. */
export function timeCommand(argv: readonly string[], { env, cwd }: Pick<Timed, "env" | "cwd">): number {
  const startedNs = Bun.nanoseconds();
  const { exitCode } = Bun.spawnSync([...argv], { env, cwd, stdio: ["ignore", "ignore", "ignore"] });
  const tookMs = (Bun.nanoseconds() - startedNs) / 1e6;
  if (exitCode !== 0) throw new Error(`exit ${exitCode} of ${argv.join(" ")}`);
  return tookMs;
}

/** Medians in milliseconds, in the order given. All are run once a round, each round in another order. */
export function timeInterleaved(commands: readonly Timed[], rounds: number): number[] {
  const timesMs = commands.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const index of shuffled([...commands.keys()], Math.random)) {
      const command = commands[index];
      const argv = command?.turns[(round + WARM_UP_ROUNDS) % command.turns.length];
      if (command === undefined || argv === undefined) continue;
      const tookMs = timeCommand(argv, command);
      if (round >= 0) timesMs[index]?.push(tookMs);
    }
  }
  return timesMs.map(median);
}
