// A process in a container that keeps its connection where nobody sees who holds it, beside a program of the user's that
// hides from the user, as ssh-agent does.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { lineReader } from "../support/line-reader.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { asUser, CONFIG, testWorld, type World } from "../support/world.ts";

const UID = 12_077;
const PORT = 26_000;
const able = canUseNetns(["python3", "unshare"]);

// prctl(2): PR_SET_DUMPABLE.
const HIDE = "import ctypes; ctypes.CDLL(None).prctl(4, 0)";
const HIDDEN = `${HIDE}
print("hidden", flush=True); import time; time.sleep(60)`;

const ASK = String.raw`import socket, sys, time
request = b"GET /latest/meta-data/iam/security-credentials/metacred HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n"
def dial(): return socket.create_connection(("127.0.0.1", ${PORT}), timeout=5)
def answer(one):
    text = b""
    while more := one.recv(65536): text += more
    sys.stdout.write(text.decode())
`;

// While they are looked for they are on the way through another socket: no process has a descriptor of them.
const ON_THE_WAY = String.raw`${ASK}
here, there = socket.socketpair()
many = [dial() for _ in range(100)]
socket.send_fds(here, [b"x"], [one.fileno() for one in many])
for one in many: one.close()
time.sleep(0.5)
_, fds, _, _ = socket.recv_fds(there, 1, len(many))
for fd in fds:
    one = socket.socket(fileno=fd); one.settimeout(5); one.sendall(request); answer(one)
`;

const PLAIN = `${ASK}
one = dial(); one.sendall(request); answer(one)`;

// The same, and away from this network while its connections stay.
const GONE = ON_THE_WAY.replace(
  "time.sleep(0.5)",
  "import ctypes; ctypes.CDLL(None).unshare(0x40000000)\ntime.sleep(0.5)",
);
const HIDING = `${HIDE}\n${PLAIN}`;

// One process, which nothing beside it gives away.
const ALONE = ["unshare", "--user", "--map-root-user"];
const CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork"];

async function serving(ns: Awaited<ReturnType<typeof netns>>): Promise<World> {
  const world = await testWorld({ ns, config: `${CONFIG}[imds]\nhttp_tokens = "optional"\n` });
  chmodSync(world.folder, 0o755);
  await world.run(["chown", "-R", `${UID}:${UID}`, world.folder]);
  const words = ["serve", "--role", "dev", "--background", "--no-redirect", "--port", String(PORT)];
  expect((await world.metacred(words, { uid: UID })).stderr).toContain("serving dev");
  return world;
}

describe.skipIf(!able)("beside a program that hides from its user", () => {
  test.each([
    ["the user's program gets the role", [], PLAIN, true],
    ["a container's does not", CONTAINER, PLAIN, false],
    ["a container's whose connection nobody holds does not", CONTAINER, ON_THE_WAY, false],
    ["one that has left this network since does not", ALONE, GONE, false],
    ["one that hides from its user does not", ALONE, HIDING, false],
    ["the user's program that hides gets it", [], HIDING, true],
  ] as const)("%s", async (_, enter, script, gets) => {
    await using ns = await netns();
    await using world = await serving(ns);
    const hidden = ns.spawn(["python3", "-c", HIDDEN], { uid: UID });
    expect(await lineReader(hidden.stdout)()).toBe("hidden");
    const { stdout, stderr } = await world.run([...asUser(UID), ...enter, "python3", "-c", script]);
    expect(stderr).toBe("");
    expect(stdout.includes("SecretAccessKey")).toBe(gets);
  });
});
