// The metadata service under load, beside a bare Bun.serve that returns the same bytes. Turn by turn: A B A B.
import {
  type ImdsTarget,
  LIST_PATH,
  TOKEN_HEADER,
  TOKEN_PATH,
  TTL,
  credentialsPath,
  fetchToken,
} from "./imds-target.ts";
import { type Measured, type Row, shared } from "./row.ts";
import type { Scene } from "./scene.ts";
import { median } from "./statistics.ts";
import { type Load, type WrkOptions, hasWrk, runWrk } from "./wrk.ts";

export const BARE = "bare Bun.serve";
export const NO_WRK: Measured = { skipped: "install wrk" };

// Many short rounds: what else the machine does meanwhile then falls on both alike.
const ROUNDS = 9;
const SECONDS = 1;
const WARM_UP_SECONDS = 3;
const REQUESTS_OF_ROUND = 3;

type Both = { ours: Load; theirs: Load };

export function serverRows(scene: Scene): Row[] {
  const kept = shared(() => loadBoth(scene.metacred, scene.bare, keptRequest));
  const fresh = shared(() => loadBoth(scene.metacred, scene.bareClosing, (target) => freshRequests(scene, target)));
  const row = (name: string, what: string, limit: Row["limit"], measure: () => Promise<Measured>): Row => ({
    name,
    what,
    beside: BARE,
    limit,
    measure: async () => (hasWrk() ? measure() : NO_WRK),
  });
  return [
    row("GET credentials, 16 kept connections", "requests/s", { unit: "×", atLeast: 1 }, async () =>
      perSecond(await kept()),
    ),
    row("GET credentials, 16 kept connections", "p99", { unit: "×", atMost: 1.2 }, async () => p99(await kept())),
    row("token, list, credentials, fresh connections", "rounds/s", { unit: "×", atLeast: 0.8 }, async () =>
      perSecond(await fresh(), REQUESTS_OF_ROUND),
    ),
  ];
}

export async function keptRequest(target: ImdsTarget): Promise<Omit<WrkOptions, "seconds">> {
  const token = await fetchToken(target);
  return { url: `${target.url}${await credentialsPath(target, token)}`, headers: { [TOKEN_HEADER]: token } };
}

// Each answer's connection is closed, and the token is the one that was handed out last.
async function freshRequests({ world }: Scene, target: ImdsTarget): Promise<Omit<WrkOptions, "seconds">> {
  const token = await fetchToken(target);
  const script = `
local token, step = "${token}", 0
request = function()
  step = step % ${REQUESTS_OF_ROUND} + 1
  if step == 1 then
    return wrk.format("PUT", "${TOKEN_PATH}", { ["Connection"] = "close", ["${TTL.name}"] = "${TTL.value}" })
  end
  local path = step == 2 and "${LIST_PATH}" or "${await credentialsPath(target, token)}"
  return wrk.format("GET", path, { ["Connection"] = "close", ["${TOKEN_HEADER}"] = token })
end
response = function(_, _, body)
  if #body == ${token.length} then token = body end
end
`;
  return { url: target.url, script: world.file(`round-${new URL(target.url).port}.lua`, script) };
}

async function loadBoth(
  metacred: ImdsTarget,
  bare: ImdsTarget,
  requestsTo: (target: ImdsTarget) => Promise<Omit<WrkOptions, "seconds">>,
): Promise<Both[]> {
  const [ours, theirs] = [await requestsTo(metacred), await requestsTo(bare)];
  for (const load of [ours, theirs]) await runWrk({ ...load, seconds: WARM_UP_SECONDS });
  const rounds: Both[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({
      ours: await runWrk({ ...ours, seconds: SECONDS }),
      theirs: await runWrk({ ...theirs, seconds: SECONDS }),
    });
  }
  return rounds;
}

function perSecond(rounds: readonly Both[], requestsEach = 1): Measured {
  const text = (each: number) => Math.round(each / requestsEach).toLocaleString("en");
  return compare(rounds, (load) => load.requestsPerSecond, text);
}

function p99(rounds: readonly Both[]): Measured {
  return compare(
    rounds,
    (load) => load.p99Ms,
    (ms) => `${ms.toFixed(2)} ms`,
  );
}

// The median of the rounds' ratios, not the ratio of the medians: the two of a round had the same machine.
function compare(rounds: readonly Both[], of: (load: Load) => number, text: (value: number) => string): Measured {
  return {
    value: median(rounds.map(({ ours, theirs }) => of(ours) / of(theirs))),
    ours: text(median(rounds.map(({ ours }) => of(ours)))),
    theirs: text(median(rounds.map(({ theirs }) => of(theirs)))),
  };
}
