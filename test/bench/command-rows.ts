// Commands that prompts, completions and other programs run all day, beside a program that does nothing.
import { join } from "node:path";
import { type Row, shared } from "./row.ts";
import type { Scene } from "./scene.ts";
import { type Timed, timeInterleaved } from "./timing.ts";

type Command = {
  name: string;
  atMost: number;
  /** Several: by turns. */
  words: readonly (readonly string[])[];
  env?: (scene: Scene) => Record<string, string>;
};

const ROUNDS = 60;

const COMMANDS: readonly Command[] = [
  { name: "metacred --version", atMost: 1.5, words: [["--version"]] },
  { name: "metacred status", atMost: 1.5, words: [["status"]] },
  { name: "metacred status --format", atMost: 1.5, words: [["status", "--format", "{role} {expires_in}"]] },
  {
    name: "completion of role names",
    atMost: 1.5,
    words: [["__complete", "roles"]],
    env: ({ world }) => ({ AWS_CONFIG_FILE: world.file("aws/small", "[profile corp]\nregion = eu-central-1\n") }),
  },
  {
    name: "completion, no daemon, AWS config of 7,000 lines",
    atMost: 2.2,
    words: [["__complete", "roles"]],
    env: alone,
  },
  {
    name: "the same with descriptions, as zsh and fish ask for it",
    atMost: 2.2,
    words: [["__complete", "roles", "--described"]],
    env: alone,
  },
  {
    name: "metacred use, role is live",
    atMost: 2.2,
    words: [
      ["use", "dev"],
      ["use", "prod-readonly"],
    ],
  },
  { name: "metacred credential-process", atMost: 2.5, words: [["credential-process"]] },
];

export function commandRows(scene: Scene): Row[] {
  const measureAll = shared(async () => {
    const { world, emptyProgram } = scene;
    const timed = COMMANDS.map(({ words, env }): Timed => ({
      env: { ...world.env, ...env?.(scene) },
      cwd: world.folder,
      turns: words.map((some) => [world.binary, ...some]),
    }));
    const [emptyMs = Number.NaN, ...timesMs] = timeInterleaved(
      [{ env: world.env, cwd: world.folder, turns: [[emptyProgram]] }, ...timed],
      ROUNDS,
    );
    return { emptyMs, timesMs };
  });
  return COMMANDS.map(({ name, atMost }, index) => ({
    name,
    what: "wall",
    beside: "empty program",
    limit: { unit: "×", atMost },
    async measure() {
      const { emptyMs, timesMs } = await measureAll();
      const tookMs = timesMs[index] ?? Number.NaN;
      return { value: tookMs / emptyMs, ours: `${tookMs.toFixed(2)} ms`, theirs: `${emptyMs.toFixed(2)} ms` };
    },
  }));
}

function alone({ world }: Scene): Record<string, string> {
  return { XDG_RUNTIME_DIR: join(world.folder, "nobody") };
}
