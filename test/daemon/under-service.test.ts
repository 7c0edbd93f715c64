import { expect, test } from "bun:test";
import type { Core } from "../../src/daemon/core.ts";
import { startLastRole } from "../../src/daemon/under-service.ts";
import { CliError } from "../../src/errors.ts";
import type { RoleSpec } from "../../src/roles/role-spec.ts";
import { configOf, keptLog, roleSpec } from "./fakes.ts";

type Scene = { last: string | undefined; protectedNames?: readonly string[]; resumes?: boolean };

/** What is served then, and what the log says of it. `dev` is the default. */
async function started({ last, protectedNames = [], resumes = false }: Scene) {
  const { log, lines } = keptLog();
  const served: string[] = [];
  const refuse = () => Promise.reject(new Error("not expected"));
  const resolve = async (name: string) => {
    if (name === "gone") throw new CliError("no such role");
    return roleSpec({ name });
  };
  const core: Pick<Core, "catalog" | "active"> = {
    catalog: {
      config: () => configOf(),
      profiles: refuse,
      reload: () => undefined,
      resolve,
      resolveDefault: () => resolve("dev"),
      signIn: refuse,
      names: refuse,
      entries: refuse,
      protection: async ({ name }) =>
        protectedNames.includes(name) ? { role: name, revertAfterMs: undefined } : undefined,
    },
    active: {
      spec: () => undefined,
      key: () => undefined,
      previousName: () => undefined,
      lease: () => undefined,
      isProtected: () => false,
      recent: () => [],
      use: refuse,
      start: refuse,
      startAnyway: async ({ name }: RoleSpec) => void served.push(name),
      resume: async () => resumes,
      renew: refuse,
      stop: () => undefined,
    },
  };
  await startLastRole(core, last, log);
  return { served, said: lines.join("\n") };
}

test("the role served last, else the default; none after use none", async () => {
  expect((await started({ last: "test" })).served).toEqual(["test"]);
  expect((await started({ last: undefined })).served).toEqual(["dev"]);
  expect((await started({ last: "none" })).served).toEqual([]);
  expect((await started({ last: "gone" })).served).toEqual(["dev"]);
});

test("a protected role is not served again: nobody is there to agree to it", async () => {
  const { served, said } = await started({ last: "prod", protectedNames: ["prod"] });
  expect(served).toEqual(["dev"]);
  expect(said).toContain("the role served last is protected, and nobody is there to agree to it role=prod");
});

test("nor is a protected default", async () => {
  const { served, said } = await started({ last: "prod", protectedNames: ["prod", "dev"] });
  expect(served).toEqual([]);
  expect(said).toContain("serving none role=dev");
});

test("a switch for a time that has time left goes on", async () => {
  const { served, said } = await started({ last: "test", resumes: true });
  expect(served).toEqual([]);
  expect(said).toContain("went on with a switch for a time");
});
