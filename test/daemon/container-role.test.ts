// What containers get, beside the active role, over the mock AWS.
import { expect, test } from "bun:test";
import { openContainerRole } from "../../src/daemon/container-role.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { failureOf } from "../support/failure.ts";
import { untilTrue } from "../support/until.ts";
import { CORE_CONFIG, coreScene } from "./core-scene.ts";

const containers = (role: string, more = "") =>
  `${CORE_CONFIG}${more}[containers]\nenabled = true\ndefault_role = "${role}"\n`;
const open = ({ core, log }: ReturnType<typeof coreScene>) => openContainerRole({ core, clock: systemClock, log });

test("the default role, fetched by itself, whatever is active", async () => {
  await using it = coreScene(containers("ro"));
  const role = await open(it);
  await untilTrue("it is there", () => role.view().credentials !== undefined);
  expect(role.view().role?.accountId).toBe("222233334444");
  await it.core.active.use("dev");
  expect([role.served()?.spec.name, it.core.served()?.spec.name]).toEqual(["ro", "dev"]);
  await it.core.active.use("none");
  expect(role.view().credentials).toBeDefined();
});

test("none, with the reason, where the key is empty", async () => {
  await using it = coreScene(containers(""));
  const role = await open(it);
  await it.core.active.use("dev");
  expect([role.served(), role.view().credentials]).toEqual([undefined, undefined]);
  expect(role.view().problem?.message).toContain("[containers] default_role");
});

test("one that AWS refuses is no reason not to start", async () => {
  await using it = coreScene(containers("forbidden"));
  const role = await open(it);
  await untilTrue("it was refused", () => role.served()?.state?.lastError !== undefined);
  expect(role.view().problem).toEqual({
    code: "AssumeRoleUnauthorizedAccess",
    message: "there are no credentials for containers now: metacred status on the host says why",
  });
  expect(it.lines.join("\n")).toContain("no credentials for containers yet");
});

test("a name that nobody knows, and a protected role, are errors that say what to type", async () => {
  await using unknown = coreScene(containers("nobody"));
  expect((await failureOf(() => open(unknown))).message).toContain('there is no role "nobody"');
  await using guarded = coreScene(
    containers("prod", '[roles.prod]\nrole_arn = "arn:aws:iam::111122223333:role/Developer"\nprotected = true\n'),
  );
  expect(await failureOf(() => open(guarded))).toMatchObject({
    message: 'containers.default_role is "prod", which is protected: nobody would be asked',
    hint: "name another role in [containers] default_role",
    exit: 2,
  });
});

test("another one from the next reload on; a wrong one keeps what there is", async () => {
  await using it = coreScene(containers("ro"));
  const role = await open(it);
  // What is under way when a test ends would be the next one's.
  const isThere = () => role.view().credentials !== undefined;
  await untilTrue("the first is there", isThere);
  const reload = async (text: string) => {
    it.files.file(".config/metacred/config.toml", text);
    expect(it.core.catalog.reload()).toBeUndefined();
    return await role.renew();
  };
  expect(await reload(containers("dev"))).toBeUndefined();
  await untilTrue("the second is there", isThere);
  expect(role.served()?.spec.name).toBe("dev");
  expect(await reload(containers("nobody"))).toStartWith("kept the containers' role as it was: ");
  expect(role.served()?.spec.name).toBe("dev");
  expect(await reload(containers(""))).toBeUndefined();
  expect(role.served()).toBeUndefined();
});
