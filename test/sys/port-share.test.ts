import { expect, test } from "bun:test";
import { listenHttp } from "../../src/http/server.ts";
import { openLibc } from "../../src/sys/libc.ts";
import { preferSecondListener } from "../../src/sys/port-share.ts";

const options = (name: string) => ({
  accept: () => name,
  handle: (_request: unknown, caller: string) => ({ status: 200, body: caller, close: true }),
  maxBodyBytes: 0,
  idleMs: 1000,
  maxConnections: 100,
});
const listen = (port: number, name: string) =>
  listenHttp({ hostname: "127.0.0.1", port, reusePort: true }, options(name));
const ask = async (port: number, times: number) => {
  const answers = new Set<string>();
  for (let index = 0; index < times; index++) answers.add(await (await fetch(`http://127.0.0.1:${port}/`)).text());
  return [...answers];
};

test.skipIf(process.platform !== "linux")(
  "all new connections go to the second, and to it still when the first is gone",
  async () => {
    const libc = openLibc();
    const first = listen(0, "first");
    const second = listen(first.port, "second");
    expect(libc !== undefined && second.fd !== undefined && preferSecondListener(libc, second.fd)).toBe(true);
    expect(await ask(first.port, 200)).toEqual(["second"]);
    await first.stop();
    expect(await ask(second.port, 20)).toEqual(["second"]);
    await second.stop();
  },
);
