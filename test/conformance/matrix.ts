// Every client against the compiled binary: on the host, and at the real address in a namespace.
import { netns } from "../support/netns.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";
import { askClient } from "./ask-client.ts";
import { type Cell, type Row, failed, ok } from "./cell.ts";
import { absence, atAgent, redirected, type Scene, SIGNED_IN, signedOut } from "./checks.ts";
import type { Check, Client } from "./clients.ts";
import { followCell } from "./follow.ts";
import type { Prepared } from "./prepare.ts";
import { replay, type Replayed } from "./replay/replay.ts";
import { type Sequence, SEQUENCES } from "./replay/sequences.ts";

type Cells = Map<Prepared, Row["cells"]>;
type Say = (line: string) => void;

/** In the clients' order, then those that are replayed. `canRedirect`: root and nft are there. */
export async function runMatrix(prepared: readonly Prepared[], canRedirect: boolean, say: Say): Promise<Row[]> {
  const cells: Cells = new Map(prepared.map((one) => [one, {}]));
  const versions = new Map<Prepared, string>();
  await using world = await testWorld();
  const scene = await serve(world);
  for (const one of prepared) {
    say(one.client.name);
    versions.set(one, (await askClient(world, one, "version", {})).value);
    for (const [check, task] of Object.entries(SIGNED_IN) as [Check, (typeof SIGNED_IN)[Check]][]) {
      if (task !== undefined) put(cells, one, check, absence(one.client, check) ?? (await task(scene, one)));
    }
  }
  const replayed = await Promise.all(SEQUENCES.map((sequence) => replayedRow(scene, sequence)));
  say("following a switch");
  for (const one of prepared) {
    put(
      cells,
      one,
      "follow",
      absence(one.client, "follow") ?? (await followCell(scene, one, (role) => use(world, role))),
    );
  }
  say("nobody signed in");
  await use(world, "none");
  for (const one of prepared) {
    put(cells, one, "signed-out", absence(one.client, "signed-out") ?? (await signedOut(scene, one)));
  }
  if (canRedirect) {
    await atTheAddress("redirect", "169.254.169.254", redirected, prepared, cells, say);
    await atTheAddress("ecs", "169.254.170.2", atAgent, prepared, cells, say);
    await atTheAddress("eks", "169.254.170.23", atAgent, prepared, cells, say);
  }
  const rows = prepared.map((one) => rowOf(one.client, versions.get(one) ?? "", cells.get(one) ?? {}));
  return [...rows, ...replayed];
}

/** A client that is not there: `cell` says why. */
export function absentRow(client: Client, cell: Cell): Row {
  return rowOf(client, "", { credentials: cell });
}

// --- internal ---

async function serve(world: World): Promise<Scene> {
  const port = freePort();
  const words = ["serve", "--no-redirect", "--background", "--role", "dev", "--port", `${port}`];
  const { exitCode, stderr } = await world.metacred(words);
  if (exitCode !== 0) throw new Error(stderr);
  return { world, endpoint: `http://127.0.0.1:${port}/` };
}

async function use(world: World, role: string): Promise<void> {
  const { exitCode, stderr } = await world.metacred(["use", role]);
  if (exitCode !== 0) throw new Error(stderr);
}

async function atTheAddress(
  check: "redirect" | "ecs" | "eks",
  address: string,
  task: typeof redirected,
  prepared: readonly Prepared[],
  cells: Cells,
  say: Say,
): Promise<void> {
  say(address);
  await using ns = await netns();
  const config = check === "redirect" ? CONFIG : `${CONFIG}[exec]\nendpoint = "${check}"\n`;
  await using world = await testWorld({ ns, config });
  const { exitCode, stderr } = await world.metacred(["serve", "--background", "--role", "dev"]);
  if (exitCode !== 0) throw new Error(stderr);
  for (const one of prepared) put(cells, one, check, absence(one.client, check) ?? (await task(world, one)));
}

async function replayedRow({ endpoint }: Scene, sequence: Sequence): Promise<Row> {
  const port = Number(new URL(endpoint).port);
  const { id, name, credentials, region, follows } = sequence;
  const cellOf = async (ways: Sequence["credentials"], isRight: (replayed: Replayed) => boolean): Promise<Cell> => {
    try {
      for (const steps of ways) {
        if (!isRight(await replay(port, steps))) return failed("it got something else");
      }
      return ok("replayed");
    } catch (error) {
      return failed(String(error));
    }
  };
  const cells: Row["cells"] = {
    credentials: await cellOf(credentials, ({ accessKeyId }) => /^ASIA\w{16}$/.test(accessKeyId ?? "")),
    ...(region !== undefined && { region: await cellOf([region], (got) => got.region === "eu-central-1") }),
    ...(follows !== undefined && { follow: ok(`${follows} (computed)`) }),
  };
  return { id, name, version: "replayed", how: "replayed", cells };
}

function rowOf({ id, name }: Client, version: string, cells: Row["cells"]): Row {
  return { id, name, version, how: "run", cells };
}

function put(cells: Cells, one: Prepared, check: Check, cell: Cell): void {
  cells.set(one, { ...cells.get(one), [check]: cell });
}
