// The start at login of a Mac, beside a launchctl that answers as launchd's: a job takes a moment to end, and until then
// it cannot be loaded anew; one that was disabled once is not loaded; nor is one whose log has no folder.
import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createContext } from "../../src/context.ts";
import { resolvePaths } from "../../src/paths.ts";
import { installService, serviceState, uninstallService } from "../../src/service/service-command.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const LAUNCHCTL = String.raw`#!/bin/sh
cd "$HOME" || exit 1
echo "$*" >>asked
fails() { echo "$1: $2" >&2; exit "$3"; }
case $1 in
  enable) rm -f disabled ;;
  bootout) [ -e loaded ] || fails 'Boot-out failed' '3: No such process' 3; mv loaded leaving ;;
  bootstrap)
    [ ! -e leaving ] || { rm leaving; fails 'Bootstrap failed' '5: Input/output error' 5; }
    log=$(sed -n 's|.*StandardErrorPath</key><string>\(.*\)</string>|\1|p' "$3")
    [ ! -e loaded ] && [ ! -e disabled ] && [ -d "$(dirname "$log")" ] ||
      fails 'Bootstrap failed' '5: Input/output error' 5
    : >loaded ;;
  print) [ -e loaded ] || fails 'Bad request.' 'Could not find service' 113 ;;
  *) fails launchctl "unrecognized subcommand: $1" 64 ;;
esac
`;

function mac(launchctl = LAUNCHCTL) {
  const folder = scratchFolder();
  const home = join(folder.path, "home");
  folder.file("home/disabled", "");
  const tool = (name: string, text: string) => chmodSync(folder.file(`bin/${name}`, text), 0o755);
  tool("launchctl", launchctl);
  tool("sleep", '#!/bin/sh\necho "sleep $*" >>"$HOME/asked"\n');
  const env = { HOME: home, PATH: `${join(folder.path, "bin")}:/usr/bin:/bin`, XDG_RUNTIME_DIR: "/Users/a/run" };
  const machine = { env, platform: "darwin" as const, home };
  const context = { ...createContext(), ...machine, uid: 501, paths: resolvePaths(machine) };
  const asked = () => readFileSync(join(home, "asked"), "utf8").split("\n").slice(0, -1);
  return { folder, home, context, asked };
}

const OPTIONS = { system: false, program: "/usr/local/bin/metacred" };
const byHand = async () => false;

test("install, once more while it runs, uninstall", async () => {
  const { folder, home, context, asked } = mac();
  using _ = folder;
  const file = join(home, "Library/LaunchAgents/io.metacred.agent.plist");
  expect(await serviceState(context, OPTIONS)).toMatchObject({ installed: false });
  for (const time of ["first", "again"]) {
    const [said] = await installService(context, OPTIONS, byHand);
    expect({ time, said }).toEqual({ time, said: `installed ${file}: metacred starts when you log in` });
    expect(await serviceState(context, OPTIONS)).toEqual({ installed: true, enabled: true, active: true, file });
  }
  const job = "gui/501/io.metacred.agent";
  const load = [`bootout ${job}`, `bootstrap gui/501 ${file}`];
  expect(asked().filter((line) => !line.startsWith("print "))).toEqual([
    `enable ${job}`,
    ...load,
    `enable ${job}`,
    ...load,
    "sleep 1",
    load[1] ?? "",
  ]);
  // What it logs is for its owner alone, and it is found where the person's commands look.
  expect(statSync(dirname(context.paths.logFile)).mode & 0o777).toBe(0o700);
  expect(readFileSync(file, "utf8")).toContain("<key>XDG_RUNTIME_DIR</key><string>/Users/a/run</string>");
  expect(await uninstallService(context, OPTIONS)).toEqual([`stopped, and removed ${file}`]);
  expect(existsSync(file)).toBe(false);
  expect(await serviceState(context, OPTIONS)).toMatchObject({ installed: false, active: false });
});

test("without a session of its own on the screen, as over SSH: what launchctl said, after a few tries", async () => {
  const { folder, home, context, asked } = mac();
  using _ = folder;
  const words = "Bootstrap failed: 125: Domain does not support specified action";
  writeFileSync(
    join(folder.path, "bin/launchctl"),
    `#!/bin/sh\necho "$*" >>${home}/asked\necho '${words}' >&2; exit 125\n`,
  );
  expect(await failureOf(() => installService(context, OPTIONS, byHand))).toEqual({
    message: `the service is installed, but did not start: ${words}`,
    hint: `tail ${context.paths.logFile}`,
    exit: 1,
  });
  expect(asked().filter((line) => line.startsWith("sleep")).length).toBe(6);
});
