// Commands that must wait for AWS, and for root: what they add to that. AWS is the mock with a set delay.
import { testWorld } from "../support/world.ts";
import { withNamespace } from "./root-step.ts";
import { type Measured, type Row, added } from "./row.ts";
import { COLD_ROLES, type Scene } from "./scene.ts";
import { serveMs } from "./serve-time.ts";
import { median } from "./statistics.ts";
import { timeCommand } from "./timing.ts";

const DELAY_MS = 100;

export function waitingRows(scene: Scene): Row[] {
  return [
    {
      name: "switch to a role that is not live, 1 link",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 20 },
      measure: () => switchTo(scene, "cold", 1),
    },
    {
      name: "switch to a role that is not live, 2 links",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 20 },
      measure: () => switchTo(scene, "far", 2),
    },
    {
      name: "serve to ready, endpoint mode",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms`,
      limit: { unit: "ms", atMost: 100 },
      async measure() {
        await using world = await testWorld();
        await world.aws({ do: "delayMs", action: "AssumeRole", ms: DELAY_MS });
        return added(await serveMs(world, ["--no-redirect"]), DELAY_MS);
      },
    },
    {
      name: "serve to ready, with the redirect",
      what: "wall",
      beside: `STS after ${DELAY_MS} ms, root's step`,
      limit: { unit: "ms", atMost: 100 },
      measure: serveRedirected,
    },
  ];
}

async function switchTo({ world }: Scene, prefix: string, links: number): Promise<Measured> {
  await world.aws({ do: "delayMs", action: "AssumeRole", ms: DELAY_MS });
  const timesMs = Array.from({ length: COLD_ROLES }, (_, number) =>
    timeCommand([world.binary, "use", `${prefix}-${number}`], { env: world.env, cwd: world.folder }),
  );
  await world.aws({ do: "delayMs", action: "AssumeRole", ms: 0 });
  return added(median(timesMs), links * DELAY_MS);
}

function serveRedirected(): Promise<Measured> {
  return withNamespace(async ({ ns, enter, rootMs }) => {
    await using world = await testWorld({ ns });
    await world.aws({ do: "delayMs", action: "AssumeRole", ms: DELAY_MS });
    return added(await serveMs(world, [], { enter }), DELAY_MS + rootMs);
  });
}
