// What is asked at a terminal, and only there.
import { describe, expect, test } from "bun:test";
import { DEMO_USER } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { type SsoWorld, ssoWorld } from "../support/sso-world.ts";
import { openTerminal } from "../support/terminal.ts";
import { PATH, freePort } from "../support/world.ts";

function terminal(world: SsoWorld, ...words: string[]) {
  const env = { ...world.env, PATH, BROWSER: `${world.folder}/bin/browser` };
  return openTerminal([world.binary, ...words], env, world.folder);
}
const serving = () => ["serve", "--background", "--no-redirect", "--port", String(freePort())];

describe.skipIf(!requireTools(["curl"]))("a sign-in that somebody at the terminal can make", () => {
  test("serve makes it first", async () => {
    await using world = await ssoWorld();
    await using shown = terminal(world, ...serving());
    expect(await shown.exited).toBe(0);
    expect(shown.screen()).toMatch(/Signing in to "corp"[^]*signed in to "corp"[^]*serving dev/);
    expect(world.opened()).toHaveLength(1);
  });

  test("so does serve in the foreground", async () => {
    await using world = await ssoWorld();
    await using shown = terminal(world, ...serving().filter((word) => word !== "--background"));
    await shown.untilShown("serving dev");
    expect(shown.screen()).toMatch(/Signing in to "corp"[^]*signed in to "corp"[^]*serving dev/);
    shown.type("\u0003");
    expect(await shown.exited).toBe(0);
  });

  test("use makes it first", async () => {
    await using world = await ssoWorld();
    await world.as([...serving(), "--role", "corp"]);
    await using shown = terminal(world, "use", "dev");
    expect(await shown.exited).toBe(0);
    expect(shown.screen()).toMatch(/signed in to "corp"[^]*dev: arn:aws:sts::111122223333:assumed-role/);
  });

  test("credential-process never does", async () => {
    await using world = await ssoWorld();
    await using shown = terminal(world, "credential-process");
    expect(await shown.exited).toBe(4);
    expect(world.opened()).toEqual([]);
  });
});

test("keys are asked for, and the secret is not shown", async () => {
  await using world = await ssoWorld();
  await using shown = terminal(world, "keys", "add", "mine");
  await shown.untilShown("AWS access key id");
  shown.type(`${DEMO_USER.accessKeyId.slice(0, 3)}x\u007F${DEMO_USER.accessKeyId.slice(3)}\r`);
  await shown.untilShown("secret access key");
  shown.type(`${DEMO_USER.secretAccessKey}\r`);
  expect(await shown.exited).toBe(0);
  expect(shown.screen()).not.toContain(DEMO_USER.secretAccessKey);
  expect((await world.as(["keys", "list"])).stdout).toBe(`mine  ${DEMO_USER.accessKeyId}\n`);
});

test("Ctrl-C at the question keeps nothing", async () => {
  await using world = await ssoWorld();
  await using shown = terminal(world, "keys", "add", "mine");
  await shown.untilShown("AWS access key id");
  shown.type("\u0003");
  expect(await shown.exited).toBe(1);
  expect((await world.as(["keys", "list"])).stdout).toBe("");
});
