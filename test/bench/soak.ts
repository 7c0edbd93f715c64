// A million requests of every kind against one daemon, whose resident memory must not grow: npm run soak [REQUESTS]
import { CONFIG, freePort, testWorld } from "../support/world.ts";
import { LIST_PATH, TOKEN_HEADER, TOKEN_PATH, TTL, credentialsPath, fetchToken } from "./imds-target.ts";
import { hasProcessFacts, residentMiB } from "./process-facts.ts";
import { hasWrk, runWrk } from "./wrk.ts";

const DEFAULT_REQUESTS = 1_000_000;
const STEPS = 10;
// A garbage collector breathes; a hundred bytes kept of each request would be 80 MiB between these two points.
const FIRST_STEP = 2;
const MOST_GROWTH = 1.1;

/** SDKs in turn: a token, the list, the document, then what else tools ask; every tenth connection is closed. */
function script(token: string, documentPath: string): string {
  const paths = [
    LIST_PATH,
    documentPath,
    documentPath.replace("credentials/", "credentials-extended/"),
    "/latest/meta-data/",
    "//latest/meta-data/placement/availability-zone/",
    "/latest/dynamic/instance-identity/document",
    "/latest/meta-data/tags/instance",
  ];
  return `
local token, step = "${token}", 0
local paths = { ${paths.map((path) => `"${path}"`).join(", ")} }
request = function()
  step = step + 1
  local headers = step % 10 == 0 and { ["Connection"] = "close" } or {}
  if step % (#paths + 1) == 0 then
    headers["${TTL.name}"] = "${TTL.value}"
    return wrk.format("PUT", "${TOKEN_PATH}", headers)
  end
  -- Each is another target: what is remembered of targets must have an end.
  headers["${TOKEN_HEADER}"] = token
  return wrk.format("GET", paths[step % (#paths + 1)] .. "?step=" .. step, headers)
end
response = function(status, headers, body)
  if status == 200 and #body == ${token.length} and not body:find("\\n") then token = body end
end
`;
}

async function main(words: readonly string[]): Promise<number> {
  if (!hasProcessFacts() || !hasWrk()) throw new Error("the soak needs Linux and wrk: apt-get install wrk");
  const total = Number(words[0] ?? DEFAULT_REQUESTS);
  await using world = await testWorld({
    config: `${CONFIG}\n[imds]\ntags = { Name = "soak" }\n`,
  });
  const port = freePort();
  await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(port)]);
  const pid = await world.daemonPid();
  const target = { url: `http://127.0.0.1:${port}` };
  const token = await fetchToken(target);
  const file = world.file("soak.lua", script(token, await credentialsPath(target, token)));
  let sent = 0;
  let baselineMiB = 0;
  let lastMiB = 0;
  process.stdout.write("requests  resident MiB\n");
  for (let step = 1; step <= STEPS; step++) {
    while (sent < (total / STEPS) * step)
      sent += (await runWrk({ url: target.url, seconds: 1, script: file })).requests;
    lastMiB = residentMiB(pid);
    if (step === FIRST_STEP) baselineMiB = lastMiB;
    process.stdout.write(`${String(sent).padStart(8)}  ${lastMiB.toFixed(1)}\n`);
  }
  const growth = lastMiB / baselineMiB;
  process.stdout.write(`${growth.toFixed(2)} × from step ${FIRST_STEP} to the last, at most ${MOST_GROWTH}\n`);
  return growth <= MOST_GROWTH ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
