// `[log] to = "syslog"`, with a real /dev/log in a mount namespace of the test's own.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterMounts, scriptWithPrivateMounts } from "../support/private-mounts.ts";
import { lineReader } from "../support/line-reader.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { CONFIG, freePort, testWorld } from "../support/world.ts";

const SET_UP = String.raw`
set -eu
mount -t tmpfs tmpfs "$1"
for device in null zero urandom random; do touch "$1/$device"; mount --bind "/dev/$device" "$1/$device"; done
mount --rbind "$1" /dev
exec python3 -c '
import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
print("listening", flush=True)
while True:
    print(log.recv(65536).decode().replace("\n", "|"), flush=True)
'
`;

describe.skipIf(!canUseNetns(["unshare", "nsenter", "python3"]))("the system's log", () => {
  test("lines with their level, without a time of their own; logs says where they are", async () => {
    await using ns = await netns();
    const folder = mkdtempSync(join(tmpdir(), "metacred-dev-"));
    using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
    const holder = ns.spawn(scriptWithPrivateMounts(SET_UP, [folder]), {
      env: { PATH: process.env["PATH"] ?? "" },
    });
    const line = lineReader(holder.stdout);
    expect(await line()).toBe("listening");
    await using world = await testWorld({
      enter: enterMounts(holder.pid),
      config: `${CONFIG}[imds]\nport = ${freePort()}\n[log]\nto = "syslog"\n`,
    });
    const serving = await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"]);
    expect(serving).toMatchObject({ exitCode: 0 });
    const first = await line();
    const second = await line();
    // 14: facility user, severity info.
    expect(first).toMatch(/^<14>\w{3} [ \d]\d \d\d:\d\d:\d\d metacred\[\d+\]: starting pid=\d+$/);
    expect(second).toMatch(/: got credentials role=dev key=…\w{4} until=/);
    expect(await world.metacred(["logs"])).toEqual({
      stdout: "",
      stderr: "metacred: the log goes to the system's own log\n  try: journalctl -t metacred\n",
      exitCode: 1,
    });
  });
});
