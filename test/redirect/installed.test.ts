import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { planInstall, planUninstall } from "../../src/redirect/install.ts";
import { installedScript, systemd, systemdFiles } from "../../src/redirect/installed.ts";
import { shellCommand, shellWord } from "../../src/shell-text.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const alice = { ownerUid: 1000, users: [1000, 0] };
const root = { isRoot: true, elevation: undefined };

describe("installed for systemd", () => {
  test("the units", () => {
    const [, socket, service] = systemdFiles(alice);
    expect(`${socket?.text}---\n${service?.text}`).toMatchInlineSnapshot(`
      "[Unit]
      Description=metacred: the redirect of uid 1000, on demand

      [Socket]
      ListenStream=/run/metacred/redirect-1000.sock
      Accept=yes
      SocketUser=1000
      SocketMode=0600
      DirectoryMode=0755
      MaxConnections=8
      RemoveOnStop=yes

      [Install]
      WantedBy=sockets.target
      ---
      [Unit]
      Description=metacred: root's part of the redirect of uid 1000
      CollectMode=inactive-or-failed

      [Service]
      ExecStart=/bin/sh /usr/local/libexec/metacred/redirect-1000 1000 1000,0 %i
      StandardInput=socket
      StandardOutput=socket
      StandardError=socket
      TimeoutStopSec=5
      NoNewPrivileges=yes
      ProtectSystem=full
      ProtectHome=yes
      PrivateTmp=yes
      "
    `);
  });

  test("containers are redirected only where that was installed", () => {
    const serviceOf = (containers: boolean) => systemdFiles({ ...alice, containers }).at(-1)?.text;
    expect(serviceOf(false)).not.toContain("containers");
    expect(serviceOf(true)).toContain("redirect-1000 1000 1000,0 %i containers\n");
    const ask = (...words: string[]) => {
      const stdin = Buffer.from("nft 1000 169.254.169.254=0 containers=1\n");
      return Bun.spawnSync(["/bin/sh", "-c", installedScript(), "sh", "1000", "1000", "0-1-1000", ...words], { stdin });
    };
    expect(ask().stderr.toString()).toContain("FAIL it was installed without containers: metacred net install");
    // The port of the address is wrong: nothing is set up.
    expect(ask("containers").stderr.toString()).toContain("FAIL PORT must be 1 to 65535");
    expect(ask("other").stderr.toString()).toContain("FAIL usage");
  });

  test.skipIf(!requireTools(["systemd-analyze"]))("systemd's own verifier finds nothing", () => {
    using folder = scratchFolder();
    const units = systemdFiles(alice)
      .filter(({ path }) => path.startsWith("/etc/systemd"))
      .map(({ path, text }) => {
        const file = join(folder.path, basename(path));
        writeFileSync(file, text);
        return file;
      });
    const argv = ["systemd-analyze", "--recursive-errors=no", "verify", ...units];
    const { stdout, stderr, exitCode } = Bun.spawnSync(argv, { env: { PATH: "/usr/bin:/bin" } });
    expect({ said: `${stdout.toString()}${stderr.toString()}`, exitCode }).toEqual({ said: "", exitCode: 0 });
  });

  test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing in the script, nor in what installs it", () => {
    const texts = [
      installedScript(),
      planInstall(systemd, alice, root).argv.at(-1) ?? "",
      planUninstall(systemd, alice, root).argv.at(-1) ?? "",
    ];
    // SC2016 asks whether what is quoted, a script within a script, was meant to be expanded.
    for (const text of texts) {
      const { exitCode, stdout } = Bun.spawnSync(["shellcheck", "-s", "sh", "-e", "SC2016", "-"], {
        stdin: Buffer.from(text),
      });
      expect(stdout.toString()).toBe("");
      expect(exitCode).toBe(0);
    }
  });

  test("a service for everybody", () => {
    expect(systemdFiles({ ownerUid: 7, users: "*" })[2]?.text).toContain("redirect-7 7 all %i\n");
  });

  test("two users share no file", () => {
    const paths = [alice, { ownerUid: 10_001, users: [10_001] }]
      .flatMap((one) => systemdFiles(one))
      .map(({ path }) => path);
    expect(new Set(paths).size).toBe(6);
  });

  test("what removes it names every file that was written", () => {
    const text = planUninstall(systemd, alice, root).argv.at(-1);
    for (const { path } of systemdFiles(alice)) expect(text).toContain(path);
  });
});

describe("shell text", () => {
  test.each(["", "a b", "it's", "$(id)", "`id`", "a\nb", '"', "\\", "*", "~", "-n", "a=b", "ünï", "'"])(
    "%j",
    (word) => {
      const { stdout } = Bun.spawnSync(["/bin/sh", "-c", `printf '%s\\0' ${shellCommand([word, "end"])}`]);
      expect(stdout.toString()).toBe(`${word}\0end\0`);
    },
  );

  test("plain words stay plain", () => {
    expect(shellWord("/usr/bin/sudo")).toBe("/usr/bin/sudo");
  });
});
