import { expect, test } from "bun:test";
import { takeConfigOption } from "../src/config-option.ts";
import { failureOf } from "./support/failure.ts";

test.each<[string[], string[], string | undefined]>([
  [["status"], ["status"], undefined],
  [["--config", "f", "status"], ["status"], "f"],
  [["status", "--config", "f"], ["status"], "f"],
  [["status", "--config=f", "--json"], ["status", "--json"], "f"],
  [["--config=a=b"], [], "a=b"],
  [["status", "--configure"], ["status", "--configure"], undefined],
  [[], [], undefined],
])("%j", (argv, head, configFile) => {
  expect(takeConfigOption(argv)).toEqual({ head, configFile });
});

test.each([[["--config"]], [["--config="]], [["status", "--config", ""]]])("%j needs a file", async (argv) => {
  expect(await failureOf(() => takeConfigOption(argv))).toEqual({
    message: "--config needs a file",
    hint: "metacred --config FILE …",
    exit: 2,
  });
});
