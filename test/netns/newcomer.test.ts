// From a machine with Node and npm to a role of one's own, at real terminals, in under two minutes, by nothing but what
// the program prints: whatever is typed has been on the screen, except for the first line.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { copyCheckout, installMachine } from "../support/install-machine.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { requireTools } from "../support/require-tools.ts";
import { type TestTerminal, openTerminal } from "../support/terminal.ts";
import { PATH } from "../support/world.ts";

const LIMIT_MS = 120_000;

type Person = TestTerminal & {
  /** Types a line that is on a screen already; resolves when `shown` is there. */
  follow(line: RegExp, shown: string): Promise<void>;
};

function sitDown(argv: readonly string[], env: Record<string, string>, cwd: string, read: () => string): Person {
  const terminal = openTerminal([...argv, "bash", "--norc", "--noprofile", "-i"], { ...env, PS1: "$ " }, cwd);
  return {
    ...terminal,
    async follow(line, shown) {
      const [, found] = line.exec(`${read()}${terminal.screen()}`) ?? [];
      if (found === undefined) throw new Error(`nobody would know what to type: ${line} is on no screen`);
      terminal.type(`${found}\n`);
      await terminal.untilShown(shown, LIMIT_MS);
    },
  };
}

const READY = canUseNetns(["nft"]) && requireTools(["git", "npm", "node"]);

describe.skipIf(!READY)("a newcomer", () => {
  test(
    "installs, plays with the demo's AWS, and has a role within two minutes",
    async () => {
      using machine = installMachine();
      const checkout = machine.folder();
      copyCheckout(checkout);
      const node = join(Bun.which("node") ?? "", "..");
      const cache = Bun.spawnSync(["npm", "config", "get", "cache"]).stdout.toString().trim();
      const env = { ...machine.env, PATH: `${node}:${PATH}`, npm_config_cache: cache, SHELL: "/bin/bash" };
      const startedMs = performance.now();

      // Installing takes the network; all the rest is done on a machine that has none.
      await using first = sitDown([], env, checkout, () => "./install.sh");
      await first.follow(/(\.\/install\.sh)/, "next: ");
      await using ns = await netns();
      const inside = ["ip", "netns", "exec", ns.name];
      await using tour = sitDown(inside, env, machine.home, first.screen);
      await tour.follow(/(export PATH="[^"]*\/bin:\$PATH")/, "$ ");
      await tour.follow(/next: (metacred demo --keep)/, "Ctrl-C here ends it all");

      await using own = sitDown(inside, env, machine.home, () => `${first.screen()}${tour.screen()}`);
      await own.follow(/(export PATH="[^"]*\/bin:\$PATH")/, "$ ");
      await own.follow(/^ *(\. \/\S+\/env)\r?$/m, "$ ");
      await own.follow(/^ *(metacred init)\r?$/m, "next: metacred serve --background");
      await own.follow(/^ *(metacred serve -d)\r?$/m, "serving dev");
      await own.follow(/^ *(metacred use)\r?$/m, "type to filter");
      own.type("read\r");
      await own.untilShown("prod-readonly: arn:aws:iam::222233334444:role/ReadOnly");
      const tookMs = performance.now() - startedMs;
      console.log(`from ./install.sh to a role: ${Math.round(tookMs / 1000)} s`);
      expect(tookMs).toBeLessThan(LIMIT_MS);

      tour.type("\u0003");
      await tour.untilShown("mock, emulator and files are gone");
      expect((await ns.run(["nft", "list", "ruleset"])).stdout).toBe("");
    },
    LIMIT_MS + 60_000,
  );
});
