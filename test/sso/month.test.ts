// A month of a sign-in over HTTP: outages, suspends, an administrator who ends access tokens. Nobody is asked while the
// refresh token is good, and AWS is not asked for more tokens than there must be.
import { expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { CliError } from "../../src/errors.ts";
import { between, seededChance } from "../support/chance.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { CORP, ssoScene } from "./sso-scene.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MONTH_MS = 30 * 24 * HOUR_MS;
const OUTAGES = 5;
// A token of an hour, renewed with ten minutes left.
const EACH_MS = 50 * MINUTE_MS;

test("a month of an SSO sign-in", async () => {
  const chance = seededChance(1);
  const clock = manualClock(new Date().toISOString());
  await using aws = startMockAws({ now: () => clock.now() });
  using files = scratchAws({ url: aws.url });
  const sso = ssoScene({ home: files.path, clock, background: true });
  await sso.signIn();
  const startMs = clock.now().getTime();
  const elapsedMs = () => clock.now().getTime() - startMs;
  const outagesAt = Array.from({ length: OUTAGES }, (_, index) => ((index + chance()) * MONTH_MS) / OUTAGES);
  let outageEndsMs = 0;
  let ended = 0;
  let served = 0;
  const refused: CliError[] = [];
  const isDown = () => elapsedMs() < outageEndsMs;

  while (elapsedMs() < MONTH_MS) {
    if (chance() < 0.01) clock.suspend(between(chance, HOUR_MS, 9 * HOUR_MS));
    else await clock.advance(between(chance, MINUTE_MS, 15 * MINUTE_MS));
    if (elapsedMs() >= (outagesAt[0] ?? Number.POSITIVE_INFINITY)) {
      outagesAt.shift();
      outageEndsMs = elapsedMs() + between(chance, 5 * MINUTE_MS, HOUR_MS);
    }
    aws.down(isDown());
    if (!isDown() && chance() < 0.005) {
      aws.sso.endAccessTokens();
      ended++;
    }
    try {
      const token = await sso.keeper.access(CORP, "corp");
      // As the portal's calls do with a token that it refuses.
      if (!isDown() && (await isRefused(token))) await sso.keeper.replace(CORP, "corp", token);
      served++;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      refused.push(error);
    }
  }

  async function isRefused(token: string): Promise<boolean> {
    const asking = sso.portal.accounts(CORP.region, token);
    return asking.then(
      () => false,
      () => true,
    );
  }

  expect(refused.filter(({ exit }) => exit === 4)).toEqual([]);
  expect(served).toBeGreaterThan(3000);
  expect(ended).toBeGreaterThan(5);
  const least = Math.ceil(MONTH_MS / EACH_MS) + OUTAGES + ended;
  expect(
    aws.calls.filter(({ action, outcome }) => action === "CreateToken" && outcome === "ok").length / least,
  ).toBeLessThan(1.1);
});
