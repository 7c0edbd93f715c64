// Root's part installed on a Mac: its files as texts, and its script run as launchd would, on a socket.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { redirectSystem } from "../../src/redirect/system.ts";
import { launchd, rootSocketOf } from "../../src/redirect/installed-darwin.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { macTools } from "../support/mac-tools.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const alice = { ownerUid: 501, users: [501] };
const root = { isRoot: true, elevation: undefined };
const [script, job] = launchd.files(alice);
const system = redirectSystem("darwin");

test("the job, bound to one user by its socket", () => {
  expect(job?.path).toBe("/Library/LaunchDaemons/io.metacred.redirect-501.plist");
  expect(job?.text).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
    <plist version="1.0">
    <dict>
      <key>Label</key><string>io.metacred.redirect-501</string>
      <key>ProgramArguments</key>
      <array>
        <string>/bin/sh</string>
        <string>/Library/PrivilegedHelperTools/io.metacred.redirect-501</string>
        <string>501</string>
      </array>
      <key>inetdCompatibility</key><dict><key>Wait</key><false/></dict>
      <key>ExitTimeOut</key><integer>5</integer>
      <key>ThrottleInterval</key><integer>1</integer>
      <key>Sockets</key>
      <dict>
        <key>Listeners</key>
        <dict>
          <key>SockPathName</key><string>/var/run/io.metacred.redirect-501.sock</string>
          <key>SockPathOwner</key><integer>501</integer>
          <key>SockPathMode</key><integer>384</integer>
        </dict>
      </dict>
    </dict>
    </plist>
    "
  `);
});

test.skipIf(!requireTools(["python3"]))("is a property list of the types that launchd.plist(5) wants", () => {
  const read = "import json, plistlib, sys; print(json.dumps(plistlib.load(sys.stdin.buffer)))";
  const { stdout } = Bun.spawnSync(["python3", "-c", read], { stdin: Buffer.from(job?.text ?? "") });
  expect(JSON.parse(stdout.toString())).toEqual({
    Label: "io.metacred.redirect-501",
    ProgramArguments: ["/bin/sh", "/Library/PrivilegedHelperTools/io.metacred.redirect-501", "501"],
    inetdCompatibility: { Wait: false },
    ExitTimeOut: 5,
    ThrottleInterval: 1,
    Sockets: {
      Listeners: { SockPathName: rootSocketOf(501), SockPathOwner: 501, SockPathMode: 0o600 },
    },
  });
});

test("what installs it, and what takes it away", () => {
  const [install, uninstall] = [system?.install(alice, root), system?.uninstall(alice, root)];
  expect(install?.files.join(" ")).toBe(`${script?.path} ${job?.path}`);
  const [, after] = (install?.argv.at(-1) ?? "").split(/mv -f \S+plist\.new \S+\n/);
  expect(after).toMatchInlineSnapshot(`
    "launchctl bootout system/io.metacred.redirect-501 2>/dev/null || :
    for wait in 1 1 1 1 1 0; do
      launchctl bootstrap system /Library/LaunchDaemons/io.metacred.redirect-501.plist && exit 0
      sleep "$wait"
    done
    exit 1
    "
  `);
  expect(uninstall?.argv.at(-1)?.split("cd /\n")[1]).toMatchInlineSnapshot(`
    "launchctl bootout system/io.metacred.redirect-501 2>/dev/null || :
    [ ! -e /Library/PrivilegedHelperTools/io.metacred.redirect-501 ] || echo clean | /bin/sh /Library/PrivilegedHelperTools/io.metacred.redirect-501 501
    rm -f /Library/PrivilegedHelperTools/io.metacred.redirect-501 /Library/LaunchDaemons/io.metacred.redirect-501.plist
    rm -f /var/run/io.metacred.redirect-501.sock
    "
  `);
});

test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing in any of it", () => {
  const texts = [script?.text, system?.install(alice, root).argv.at(-1), system?.uninstall(alice, root).argv.at(-1)];
  for (const text of texts) {
    const stdin = Buffer.from(text ?? "");
    // SC2016 asks whether what is quoted, a script within a script, was meant to be expanded.
    expect(Bun.spawnSync(["shellcheck", "-s", "sh", "-e", "SC2016", "-"], { stdin }).stdout.toString()).toBe("");
  }
});

describe.skipIf(!canUseNetns(["nft", "unshare"]))("its script, beside programs that answer like a Mac's", () => {
  async function ask(request: string) {
    await using ns = await netns();
    using folder = scratchFolder();
    const tools = macTools(folder);
    folder.file("script", script?.text ?? "");
    const guard = ns.spawn(tools.wrap(["/bin/sh", join(folder.path, "script"), "501"]));
    void guard.stdin.write(request);
    await guard.stdin.end();
    const said = `${await new Response(guard.stdout).text()}${await new Response(guard.stderr).text()}`;
    return { said, exitCode: await guard.exited, log: tools.log(), state: tools.state() };
  }

  test("a request, then the end of the connection", async () => {
    const request = system?.request({
      method: "auto",
      targets: [{ address: "169.254.169.254", port: 25772 }],
      ...alice,
    });
    expect(request).toBe("169.254.169.254=25772");
    const { said, exitCode, log, state } = await ask(`${request}\n`);
    expect({ said, exitCode, state }).toEqual({ said: "UP pf\n", exitCode: 0, state: { anchors: [], references: [] } });
    expect(log).toContain("to 169.254.169.254 port 80 -> 127.0.0.1 port 25772\n");
  });

  test("clean", async () => {
    const { said, exitCode, log } = await ask("clean\n");
    expect({ said, exitCode }).toEqual({ said: "", exitCode: 0 });
    expect(log).toContain("pfctl -q -a com.apple/250.metacred-501 -F all\n");
  });

  test.each(["", "\n", "clean 502\n", "502 169.254.169.254=1\n", "169.254.169.254=1;id\n", "$(id)\n", "10.0.0.1=80\n"])(
    "refuses %j",
    async (request) => {
      const { said, exitCode, log } = await ask(request);
      expect(said).toStartWith("FAIL ");
      expect({ exitCode, log }).toEqual({ exitCode: 2, log: "" });
    },
  );
});
