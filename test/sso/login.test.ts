import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { LOGIN_LIMIT_MS } from "../../src/sso/login.ts";
import { type Clock, systemClock } from "../../src/sys/clock.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { CORP, ssoScene } from "./sso-scene.ts";

async function scene(clock: Clock = systemClock) {
  const aws = startMockAws();
  const files = scratchAws({ url: aws.url });
  return {
    aws,
    ...ssoScene({ home: files.path, clock }),
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      await aws.stop();
    },
  };
}

test("a browser signs in: a token that opens accounts, and one that renews it", async () => {
  await using it = await scene();
  const { token, shared } = await it.signIn();
  expect({ shared, renews: token.refreshToken !== undefined }).toEqual({ shared: false, renews: true });
  expect(await it.portal.accounts(CORP.region, await it.keeper.access(CORP, "corp"))).toHaveLength(2);
  expect(readdirSync(it.stateDir)).toEqual([]);
});

test("who may not answer ends no sign-in with an answer of another", async () => {
  await using it = await scene();
  let isStranger = true;
  const said: string[] = [];
  const { token } = await it.signIn(
    {
      async browser(url) {
        const back = new URL(url).searchParams.get("redirect_uri") ?? "";
        said.push(
          await fetch(`${back}?state=other`).then(
            (reply) => String(reply.status),
            () => "sent away",
          ),
        );
        isStranger = false;
        await fetch(url);
      },
    },
    () => !isStranger,
  );
  expect([said, token.accessToken]).toEqual([["sent away"], expect.any(String)]);
});

test("the client is registered once", async () => {
  await using it = await scene();
  await it.signIn();
  await it.signIn();
  expect([it.aws.count("RegisterClient"), it.aws.count("Authorize")]).toEqual([1, 2]);
});

test("two at once: one browser, both signed in", async () => {
  await using it = await scene();
  let opened = 0;
  let waited = 0;
  const ask = {
    browser: (url: string) => {
      opened++;
      void fetch(url).catch(() => undefined);
    },
    waiting: () => void waited++,
  };
  const results = await Promise.all([it.signIn(ask), it.signIn(ask)]);
  expect({ opened, waited, shared: results.map(({ shared }) => shared) }).toEqual({
    opened: 1,
    waited: 1,
    shared: [false, true],
  });
});

test("the second one tries itself where the first one failed", async () => {
  await using it = await scene();
  it.aws.sso.consent("deny");
  const first = failureOf(() => it.signIn());
  const second = it.signIn({ waiting: () => it.aws.sso.consent("deny") });
  expect((await first).exit).toBe(4);
  expect((await failureOf(() => second)).message).toContain("denied");
  expect(it.aws.count("Authorize")).toBe(2);
});

describe("what goes wrong in the browser ends with exit 4 and what to type", () => {
  const back = (url: string, change: (query: URLSearchParams) => void) => {
    const { searchParams } = new URL(url);
    const target = new URL(searchParams.get("redirect_uri") ?? "");
    target.searchParams.set("state", searchParams.get("state") ?? "");
    change(target.searchParams);
    void fetch(target).catch(() => undefined);
  };

  test("denied consent", async () => {
    await using it = await scene();
    it.aws.sso.consent("deny");
    expect(await failureOf(() => it.signIn())).toEqual({
      message: 'the sign-in to "corp" was denied in the browser',
      hint: "metacred login corp",
      exit: 4,
    });
  });

  test("the state of another sign-in", async () => {
    await using it = await scene();
    const failure = await failureOf(() =>
      it.signIn({ browser: (url) => back(url, (query) => query.set("state", "other")) }),
    );
    expect(failure).toMatchObject({ message: expect.stringContaining("its state does not match"), exit: 4 });
    expect(it.aws.count("CreateToken")).toBe(0);
  });

  test("a wrong code", async () => {
    await using it = await scene();
    const failure = await failureOf(() =>
      it.signIn({ browser: (url) => back(url, (query) => query.set("code", "made-up")) }),
    );
    expect(failure).toMatchObject({ message: 'AWS did not take the sign-in to "corp"', exit: 4 });
    expect(await it.keeper.find(CORP)).toBeUndefined();
  });

  test("a closed browser: patience has an end", async () => {
    const clock = manualClock(new Date().toISOString());
    await using it = await scene(clock);
    it.aws.sso.consent("ignore");
    const failure = failureOf(() => it.signIn());
    await it.aws.untilCalled("Authorize");
    await clock.advance(LOGIN_LIMIT_MS);
    expect(await failure).toEqual({
      message: 'nobody signed in to "corp" within 10 minutes',
      hint: "metacred login corp",
      exit: 4,
    });
    expect(readdirSync(it.stateDir)).toEqual([]);
  });

  test("AWS is down", async () => {
    await using it = await scene();
    it.aws.down(true);
    expect(await failureOf(() => it.signIn())).toMatchObject({ message: expect.stringContaining("cannot sign in") });
  });
});

test("the page that comes back says nothing of the request, and other paths are 404", async () => {
  await using it = await scene();
  const pages: Promise<[number, number, string]>[] = [];
  const look = async (url: string): Promise<[number, number, string]> => {
    const redirect = new URL(new URL(url).searchParams.get("redirect_uri") ?? "");
    const icon = await fetch(new URL("/favicon.ico", redirect));
    const page = await fetch(url);
    return [icon.status, page.status, await page.text()];
  };
  await it.signIn({ browser: (url) => void pages.push(look(url)) });
  const [[icon, status, text] = [0, 0, ""]] = await Promise.all(pages);
  expect([icon, status]).toEqual([404, 200]);
  expect(text).toContain("You are signed in.");
  expect(text).not.toContain("code");
});
