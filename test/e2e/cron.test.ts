// What cron, `su` and the like start is told no runtime folder; the daemon of the user's login has its socket in one.
import { describe, expect, test } from "bun:test";
import { requireTools } from "../support/require-tools.ts";
import { scriptWithPrivateMounts } from "../support/private-mounts.ts";
import { freePort, testWorld } from "../support/world.ts";

// A /run/user of the test's own. Whatever the script began in there ends with it.
const SCRIPT = `mount -t tmpfs tmpfs "$(readlink -f /run)" && mkdir -p -m 700 "/run/user/$(id -u)" || exit 99
login() { XDG_RUNTIME_DIR="/run/user/$(id -u)" "$B" "$@" 2>&1; }
cron() { env -u XDG_RUNTIME_DIR "$B" "$@" 2>&1; }
B=$1 P=$2`;
const SERVE = 'serve --role dev --background --no-redirect --port "$P"';

describe.skipIf(!requireTools(["unshare", "mount"], { root: true, platform: "linux" }))(
  "without XDG_RUNTIME_DIR",
  () => {
    const said = async (script: string) => {
      await using world = await testWorld();
      const words = [world.binary, String(freePort())];
      const { stdout, stderr } = await world.run(scriptWithPrivateMounts(`${SCRIPT}\n${script}`, words));
      return { lines: stdout.trimEnd().split("\n"), stderr };
    };

    test("the daemon of the login is found, switched, and no second one begun", async () => {
      const script = `login ${SERVE} >/dev/null; cron use prod-readonly >/dev/null; cron status --format '{role}'
      login status --format '{role}'; cron ${SERVE} | sed 's/[0-9][0-9.]*/N/g'; cron stop; login status`;
      expect(await said(script)).toEqual({
        lines: [
          "prod-readonly",
          "prod-readonly",
          "metacred: metacred N is running already (pid N), serving prod-readonly",
          "  try: metacred use ROLE, or metacred stop",
          "metacred has stopped",
          "metacred: metacred is not running",
          "  try: metacred serve --background",
        ],
        stderr: "",
      });
    });

    test("without such a daemon the state folder is the place", async () => {
      const script = `cron ${SERVE} >/dev/null; ls "$HOME/.local/state/metacred" | grep sock; ls /run/user/*; cron stop`;
      expect((await said(script)).lines).toEqual(["control.sock", "metacred has stopped"]);
    });
  },
);
