import { expect, test } from "bun:test";
import { openOnce } from "../../src/daemon/open-once.ts";
import { manualClock } from "../support/manual-clock.ts";
import { connectRaw } from "../support/raw-http.ts";
import { failureOf } from "../support/failure.ts";

const SECRET = "https://signin.example.com/federation?SigninToken=secret";
const person = (clock = manualClock()) => ({ clock, platform: process.platform, uid: process.getuid?.() ?? -1 });

test("of two that come at once only one is led on, and nobody by another path", async () => {
  const answers = Promise.withResolvers<(string | undefined)[]>();
  const visit = async (page: URL) => {
    const clients = await Promise.all([1, 2, 3].map(() => connectRaw({ port: Number(page.port) })));
    for (const [index, client] of clients.entries()) {
      client.send(`GET ${index === 0 ? "/guess" : page.pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
    }
    // Who comes when it is over finds nobody.
    const replies = await Promise.all(clients.map((client) => client.reply().catch(() => undefined)));
    answers.resolve(replies.map((reply) => reply?.header("location")));
  };
  await openOnce(SECRET, "--print", {
    context: person(),
    waiting() {},
    open(url) {
      expect(url).not.toContain("secret");
      visit(new URL(url)).catch(answers.reject);
      return true;
    },
  });
  const [guess, ...others] = await answers.promise;
  expect([guess, others.filter((place) => place !== undefined)]).toEqual([undefined, [SECRET]]);
});

test("a browser that does not come is waited for aloud, and said after a minute", async () => {
  const clock = manualClock();
  let told = 0;
  const failure = failureOf(() =>
    openOnce(SECRET, "--print", { context: person(clock), open: () => true, waiting: () => void told++ }),
  );
  await clock.advance(2900);
  expect(told).toBe(0);
  await clock.advance(57_100);
  expect(told).toBe(1);
  expect(await failure).toEqual({ message: "the browser did not open the page", hint: "--print", exit: 1 });
});

test.each(["linux", "darwin"] as const)("who is not known is not led on: %s", async (platform) => {
  const clock = manualClock();
  const visited = Promise.withResolvers<string>();
  const visit = async (page: URL) => {
    const client = await connectRaw({ port: Number(page.port) });
    client.send(`GET ${page.pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
    visited.resolve((await client.reply().catch(() => undefined))?.header("location") ?? "nothing");
  };
  const failure = failureOf(() =>
    openOnce(SECRET, "--print", {
      context: { ...person(clock), platform },
      waiting() {},
      // Another user's process, on macOS.
      findCaller: () => ({ uid: undefined, inode: undefined }),
      open(url) {
        visit(new URL(url)).catch(visited.reject);
        return true;
      },
    }),
  );
  expect(await visited.promise).toBe("nothing");
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ message: "the browser did not open the page" });
});
