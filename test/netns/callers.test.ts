import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { firstLine, startGuard } from "./guard.ts";

const CLIENT = 12003;
const able = canUseNetns(["nft", "curl"]);

describe.skipIf(!able).each(["netlink", "proc"])("by %s", (way) => {
  test("a client's uid and process are seen through the redirect, and directly", async () => {
    await using ns = await netns();
    const server = ns.spawn([process.execPath, `${import.meta.dir}/show-caller.ts`, way]);
    const port = Number(await firstLine(server.stdout));
    await startGuard(ns, { port, users: [CLIENT] });

    const dialled = [
      ["169.254.169.254", "169.254.169.254"],
      [`127.0.0.1:${port}`, "127.0.0.1"],
      // A client may choose an end of its own: it stays the one it is.
      [`127.0.0.1:${port}`, "169.254.169.254", "--interface", "169.254.169.254"],
      ["169.254.169.254", "127.0.0.1", "--interface", "127.0.0.1"],
    ];
    for (const [to, address, ...options] of dialled) {
      const argv = ["curl", "--silent", "--noproxy", "*", "--max-time", "2", ...options, `http://${to}/`];
      const client = ns.spawn(argv, { uid: CLIENT });
      const answer: unknown = JSON.parse(await new Response(client.stdout).text());
      expect(answer).toEqual({ address, uid: CLIENT, pid: client.pid });
    }
  });
});
