// What a person hears when a change of the configuration waits for the next start.
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { type Config, configSchema } from "../../src/config/schema.ts";
import { CliError } from "../../src/errors.ts";
import { createReload, readOnSignal } from "../../src/daemon/reload.ts";

const configOf = (text: string): Config => v.parse(configSchema, Bun.TOML.parse(text));

/** A daemon that started with the first of these, and reads the next one each time; `broken` stays as it was. */
function daemon(first: string, ...next: string[]) {
  let config = configOf(first);
  return createReload({
    core: {
      catalog: {
        config: () => config,
        reload() {
          const text = next.shift() ?? "";
          if (text === "broken") return "kept the old configuration: broken";
          config = configOf(text);
          return undefined;
        },
      },
    },
    network: { reload: () => undefined },
    containers: undefined,
  });
}

describe("a change that waits for the next serve", () => {
  test.each([
    ["[containers]\nenabled = true", ["containers.enabled"]],
    ['[exec]\nendpoint = "ecs"\n[imds]\nport = 1234', ["imds.port", "exec.endpoint"]],
    ['[redirect]\nusers = ["a", "b"]', ["redirect.users"]],
    ['[log]\nto = "syslog"', ["log.to"]],
    ['[imds]\nhop_limit = 3\ntags = { a = "b" }\n[containers]\ndefault_role = "dev"', []],
    ['[roles."a.b"]\nrole_arn = "prod/A"\n[accounts]\nprod = "111122223333"', []],
  ])("%s", async (text, keys) => {
    const { warnings } = await daemon("", text)();
    expect(warnings).toEqual(keys.length === 0 ? [] : [`taken up by the next serve, not now: ${keys.join(", ")}`]);
  });

  test("is said once, and not when it is taken back", async () => {
    const on = "[containers]\nenabled = true";
    const read = daemon("", on, on, "broken", "");
    const said = [await read(), await read(), await read(), await read()].map(({ warnings }) => warnings);
    expect(said).toEqual([
      ["taken up by the next serve, not now: containers.enabled"],
      [],
      ["kept the old configuration: broken"],
      [],
    ]);
  });
});

test("a reload on a signal that fails is a line in the log, whatever it was", async () => {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  const log = { error: say, warn: say, info: say, debug: say };
  const active = { renew: () => Promise.reject(new CliError("no such role")) };
  await readOnSignal(daemon("", ""), active, log);
  await readOnSignal(() => Promise.reject(new TypeError("?")), active, log);
  await readOnSignal(daemon("", "broken"), active, log);
  expect(lines).toEqual(["kept the role as it was", "kept the role as it was", "kept the old configuration: broken"]);
});
