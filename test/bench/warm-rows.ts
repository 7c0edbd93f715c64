// A start that finds its live session in the keychain: no call to AWS, and no more than what any start may take. The
// real gnome-keyring keeps it; AWS would never answer.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { KEYRING_TOOLS, keyring } from "../support/keyring.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";
import { withNamespace } from "./root-step.ts";
import { type Measured, type Row, added } from "./row.ts";
import { serveMs, startOnce } from "./serve-time.ts";

const ROW = { what: "wall", limit: { unit: "ms", atMost: 100 } } as const;

export function warmRows(): Row[] {
  return [
    {
      ...ROW,
      name: "serve to ready, live session in the keychain, endpoint mode",
      beside: "no call to AWS",
      measure: () =>
        whereKeyring(async () => {
          await using world = await testWorld();
          return added(await warmMs(world, ["--no-redirect"]), 0);
        }),
    },
    {
      ...ROW,
      name: "serve to ready, live session in the keychain, with the redirect",
      beside: "root's step",
      measure: () =>
        whereKeyring(() =>
          withNamespace(async ({ ns, enter, rootMs }) => {
            await using world = await testWorld({ ns });
            return added(await warmMs(world, [], enter), rootMs);
          }),
        ),
    },
  ];
}

async function whereKeyring(measure: () => Promise<Measured>): Promise<Measured> {
  const lacking = KEYRING_TOOLS.filter((tool) => Bun.which(tool) === null);
  return lacking.length === 0 ? measure() : { skipped: `install ${lacking.join(", ")}` };
}

async function warmMs(world: World, words: readonly string[], enter: readonly string[] = []): Promise<number> {
  await using ring = await keyring();
  const { env } = ring;
  // metacred's mark of the item that holds the sessions.
  const name = createHash("sha256").update("sessions").digest("hex").slice(0, 32);
  const mark = join(world.folder, "home/.local/state/metacred/keychain", name);
  await startOnce(world, words, { enter, env }, () => untilTrue("the session is kept", () => existsSync(mark)));
  await world.aws({ do: "hold", action: "AssumeRole" });
  const before = await world.aws({ do: "count", action: "AssumeRole" });
  const tookMs = await serveMs(world, words, { enter, env });
  const calls = (await world.aws({ do: "count", action: "AssumeRole" })) - before;
  if (calls > 0) throw new Error(`a warm start asked AWS ${calls} times`);
  return tookMs;
}
