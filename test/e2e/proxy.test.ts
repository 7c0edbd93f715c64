// The compiled binary behind a real proxy, Debian's tinyproxy.
import { describe, expect, test } from "bun:test";
import { requireTools } from "../support/require-tools.ts";
import { tinyproxy } from "../support/tinyproxy.ts";
import { CONFIG, freePort, testWorld } from "../support/world.ts";

const NOWHERE = "http://sts.nowhere.invalid:8080";

describe.skipIf(!requireTools(["tinyproxy"]))("through tinyproxy", () => {
  test("HTTP_PROXY of the environment: the daemon's calls go through it, its own self-test does not", async () => {
    await using world = await testWorld();
    await using proxy = await tinyproxy();
    const env = { HTTP_PROXY: proxy.url };
    const words = ["serve", "--no-redirect", "--background", "--port", String(freePort()), "--role", "dev"];
    expect((await world.metacred(words, { env })).exitCode).toBe(0);
    await proxy.untilLogged(`POST ${world.stsUrl}/`);
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
    expect(proxy.logged()).not.toContain("metacred-self-test");
  });

  test("NO_PROXY keeps AWS out of it", async () => {
    await using world = await testWorld();
    await using proxy = await tinyproxy();
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" };
    expect((await world.metacred(["credential-process", "--role", "dev"], { env })).exitCode).toBe(0);
    expect(proxy.logged()).not.toContain("POST");
  });

  test("[network] proxy of the config, where the environment does not say", async () => {
    await using proxy = await tinyproxy();
    await using world = await testWorld({ config: `${CONFIG}[network]\nproxy = "${proxy.url}"\n` });
    const ask = (env: Record<string, string> = {}) =>
      world.metacred(["credential-process", "--role", "dev"], { env: { AWS_ENDPOINT_URL_STS: NOWHERE, ...env } });
    expect((await ask({ NO_PROXY: "nowhere.invalid" })).exitCode).not.toBe(0);
    expect((await ask({ HTTP_PROXY: "http://127.0.0.1:9" })).exitCode).not.toBe(0);
    expect(proxy.logged()).not.toContain("sts.nowhere.invalid");
    await ask();
    await proxy.untilLogged(`POST ${NOWHERE}/`);
    await world.metacred(["console", "--role", "dev", "--print"], { env: { AWS_ENDPOINT_URL_SIGNIN: NOWHERE } });
    await proxy.untilLogged(`GET ${NOWHERE}/federation`);
  });
});
