// The daemon's inside over the mock AWS: names in, what clients would see out.
import { describe, expect, test } from "bun:test";
import { oneShotCredentials } from "../../src/daemon/one-shot.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { failureOf } from "../support/failure.ts";
import { createGate } from "../support/gate.ts";
import { untilTrue } from "../support/until.ts";
import { CORE_CONFIG, contextOf, coreScene } from "./core-scene.ts";

test("before anything is used there is a reason, not credentials", async () => {
  await using it = coreScene();
  expect(it.core.served()).toBeUndefined();
  expect(it.core.view().problem?.code).toBe("Failed");
  expect((await failureOf(() => it.core.credentials(undefined))).message).toBe("metacred serves no role");
});

test("used: served from memory; the real expiry goes to the command, the capped one to clients", async () => {
  await using it = coreScene();
  await it.core.active.use("dev");
  const view = it.core.view();
  const { name, answer } = await it.core.credentials(undefined);
  expect(view.role).toEqual({ arn: DEMO_ROLES.developer, accountId: "111122223333", partition: "aws" });
  expect(view.credentials?.accessKeyId).toBe(answer.access_key_id);
  expect(name).toBe("dev");
  expect(answer).toMatchObject({ account_id: "111122223333", region: "eu-central-1" });
  const realMs = Date.parse(answer.expiration ?? "") - Date.now();
  const toldMs = (view.credentials?.expiration.getTime() ?? 0) - Date.now();
  expect([Math.round(realMs / 60_000), Math.round(toldMs / 60_000)]).toEqual([60, 16]);
  expect(it.aws.calls.map(({ action }) => action)).toEqual(["AssumeRole"]);
});

test("50 who ask for a cold role at once: one call of AWS", async () => {
  await using it = coreScene();
  const answers = await Promise.all(Array.from({ length: 50 }, () => it.core.credentials("dev")));
  expect(new Set(answers.map(({ answer }) => answer.access_key_id)).size).toBe(1);
  expect(it.aws.count("AssumeRole")).toBe(1);
});

test("asking for another role does not switch", async () => {
  await using it = coreScene();
  await it.core.active.use("dev");
  await it.core.credentials("ro");
  expect(it.core.active.spec()?.name).toBe("dev");
});

test("a switch that AWS refuses: the old role is served on", async () => {
  await using it = coreScene();
  await it.core.active.use("dev");
  const before = it.core.view().credentials;
  expect((await failureOf(() => it.core.active.use("forbidden"))).exit).toBe(6);
  expect(it.core.view().credentials?.accessKeyId).toBe(before?.accessKeyId ?? "");
});

test("no secret in the log", async () => {
  await using it = coreScene();
  await it.core.active.use("dev");
  await failureOf(() => it.core.active.use("forbidden"));
  const { secret_access_key, session_token, access_key_id } = (await it.core.credentials("dev")).answer;
  const text = it.lines.join("\n");
  expect(text).toMatch(/^info got credentials role=dev key=….{4} until=/);
  expect(text).toMatch(/warn no credentials role=forbidden error=AWS refused/);
  for (const secret of [secret_access_key, session_token, access_key_id, DEMO_USER.secretAccessKey]) {
    expect(text).not.toContain(secret);
  }
});

describe("a base that asks the emulated address itself", () => {
  /** The base `slow` is a process that waits at the gate and then fails, as one that was refused would. */
  const slow = () => {
    const it = coreScene(`base = "slow"\n[roles.dev]\nrole_arn = "${DEMO_ROLES.developer}"\n`);
    const gate = createGate(it.files.path);
    it.files.file(".aws/config", `[profile slow]\ncredential_process = cat ${gate.path}; echo refused >&2; exit 1\n`);
    return { it, gate };
  };

  test("is told as a loop, when a request of its own was seen", async () => {
    const { it, gate } = slow();
    await using scene = it;
    expect(scene.core.loop.possible()).toBe(false);
    const failing = failureOf(() => scene.core.active.use("dev"));
    const opening = gate.open();
    await untilTrue("the base is being fetched", scene.core.loop.possible);
    scene.core.loop.seen();
    await opening;
    expect(await failing).toEqual({
      message: "the credentials of profile slow come from 169.254.169.254, which is metacred itself: a loop",
      hint: "give it a source that does not ask the metadata service",
      exit: 1,
    });
    expect(scene.core.loop.possible()).toBe(false);
  });

  test("that fails for another reason is told as that", async () => {
    const { it, gate } = slow();
    await using scene = it;
    scene.core.loop.seen();
    const failing = failureOf(() => scene.core.active.use("dev"));
    await gate.open();
    expect((await failing).message).toMatch(/credential_process exited with 1$/);
  });
});

describe("without a daemon", () => {
  test("a role, or what serve would take", async () => {
    await using it = coreScene(`default_role = "ro"\n${CORE_CONFIG}`);
    expect((await oneShotCredentials(contextOf(it), "dev")).account_id).toBe("111122223333");
    expect((await oneShotCredentials(contextOf(it), undefined)).account_id).toBe("222233334444");
  });
});
