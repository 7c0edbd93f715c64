// What all rows share: a user's machine with a running daemon, and the programs to compare with.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { lineReader } from "../support/line-reader.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";
import type { BareAnswers, BarePorts } from "./bare-server.ts";
import { type ImdsTarget, answersOf } from "./imds-target.ts";
import { compileEmptyProgram, compileProgram } from "./programs.ts";

export type Scene = AsyncDisposable & {
  world: World;
  emptyProgram: string;
  daemonPid: number;
  barePid: number;
  metacred: ImdsTarget;
  bare: ImdsTarget;
  /** The same, for clients that ask for each connection's end. */
  bareClosing: ImdsTarget;
};

/** As many roles that no session is live for as a bench may want to switch to. */
export const COLD_ROLES = 20;

export async function openScene(): Promise<Scene> {
  await using undo = new AsyncDisposableStack();
  const world = undo.use(await testWorld({ config: `${CONFIG}${coldRoles()}`, awsConfig: largeAwsConfig() }));
  const programs = join(world.folder, "programs");
  mkdirSync(programs);
  const emptyProgram = compileEmptyProgram(programs);
  const port = freePort();
  const served = await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", `${port}`]);
  if (served.exitCode !== 0) throw new Error(served.stderr);
  const metacred = targetAt(port);
  const bare = await startBare(
    compileProgram(join(import.meta.dir, "bare-server.ts"), programs),
    await answersOf(metacred),
  );
  undo.defer(bare.end);
  const daemonPid = await world.daemonPid();
  const kept = undo.move();
  return {
    world,
    emptyProgram,
    daemonPid,
    barePid: bare.pid,
    metacred,
    bare: targetAt(bare.ports.kept),
    bareClosing: targetAt(bare.ports.closing),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function targetAt(port: number): ImdsTarget {
  return { url: `http://127.0.0.1:${port}` };
}

// Another session name makes another session; the second name of each is reached over one more role.
function coldRoles(): string {
  const numbers = Array.from({ length: COLD_ROLES }, (_, index) => index);
  const table = (name: string, more: string) => `[roles.${name}]\nrole_arn = "${DEMO_ROLES.readOnly}"\n${more}\n`;
  return numbers
    .map(
      (number) =>
        table(`cold-${number}`, `session_name = "cold-${number}"`) +
        table(`far-${number}`, `session_name = "far-${number}"\nvia = ["${DEMO_ROLES.developer}"]`),
    )
    .join("");
}

async function startBare(program: string, answers: BareAnswers) {
  const child = Bun.spawn([program], { stdio: ["pipe", "pipe", "inherit"], env: {} });
  void child.stdin.write(JSON.stringify(answers));
  await child.stdin.end();
  const ports = JSON.parse((await lineReader(child.stdout)()) ?? "{}") as BarePorts;
  return {
    pid: child.pid,
    ports,
    async end() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

const PROFILE_LINES = 7;
const AWS_CONFIG_LINES = 7000;

// As large as the AWS config of somebody who may use every account of a company.
function largeAwsConfig(): string {
  const profiles = Array.from(
    { length: AWS_CONFIG_LINES / PROFILE_LINES },
    (_, index) => `[profile account-${index}-reader]
sso_session = corp
sso_account_id = ${100_000_000_000 + index}
sso_role_name = ReadOnlyAccess
region = eu-central-1
output = json

`,
  );
  return profiles.join("");
}
