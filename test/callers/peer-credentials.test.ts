import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peerCredentials } from "../../src/callers/peer-credentials.ts";
import { openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";
import { descriptorOf, dial, listen } from "./loopback.ts";

const libc = openLibc();

describe.skipIf(!requireTools([], { platform: "linux" }) || libc === undefined)("the peer of", () => {
  if (libc === undefined) return;

  test("a Unix socket is the process that connected", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "s");
    const accepted = Promise.withResolvers<Bun.Socket>();
    using listener = Bun.listen({ unix: path, socket: { data: (socket) => accepted.resolve(socket) } });
    const source = `const s = await Bun.connect({ unix: ${JSON.stringify(path)}, socket: { data() { process.exit(0); } } }); s.write("x");`;
    const client = Bun.spawn([process.execPath, "-e", source], { stdio: ["ignore", "ignore", "inherit"] });
    const socket = await accepted.promise;

    expect(peerCredentials(libc, descriptorOf(socket))).toEqual({
      pid: client.pid,
      uid: process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
    });
    socket.write("x");
    expect(await client.exited).toBe(0);
    listener.stop(true);
  });

  test("a TCP socket is not known", async () => {
    using listening = listen();
    await dial("127.0.0.1", listening.port);
    const { socket } = await listening.next();
    expect(peerCredentials(libc, descriptorOf(socket))).toBeUndefined();
  });

  test("no descriptor is not known", () => {
    expect(peerCredentials(libc, -1)).toBeUndefined();
  });
});

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "metacred-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
