// The container-credentials endpoint over sessions whose source answers when it is told to.
import { createCallerBook } from "../../src/daemon/caller-book.ts";
import { createContainerEndpoint } from "../../src/daemon/container-endpoint.ts";
import { DEV, OPS, type Scene } from "../sessions/fake-source.ts";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

export function endpointOf(
  { clock, sessions }: Scene,
  change: Partial<Parameters<typeof createContainerEndpoint>[0]> = {},
) {
  return createContainerEndpoint({
    context: { clock, platform: "linux", uid: 1000, paths: { runtimeDir: "/nowhere" } },
    core: {
      sessions,
      wanted: async (role) => (role === "ops" ? OPS : DEV),
      endOf: async () => undefined,
      local: (session) => session,
      loop: { possible: () => false, seen() {} },
    },
    log: silent,
    uids: [1000],
    findCaller: () => ({ uid: 1000, inode: 1 }),
    refusals: { count() {}, counts: () => ({}), last: () => undefined },
    selfTests: () => [],
    endpoint: "loopback",
    firstPort: 1,
    ipv6: false,
    callers: createCallerBook(clock, (_owner, found) => found(undefined)),
    ...change,
  });
}

/** Grants DEV, whose session lives for an hour, to a process. */
export async function granted(it: Scene, pid: number | undefined, change?: Parameters<typeof endpointOf>[1]) {
  const endpoint = endpointOf(it, change);
  const asked = endpoint.grant(undefined, pid);
  await it.clock.advance(0);
  await it.last().answer(it.session("first", 60));
  const { url, token } = await asked;
  const Authorization = String(token);
  let expiration: string | undefined;
  const ask = async () => {
    const reply = await fetch(url, { headers: { Authorization, Connection: "close" } });
    const { AccessKeyId, Message, Expiration } = (await reply.json()) as Record<string, string>;
    expiration = Expiration;
    return [reply.status, AccessKeyId ?? Message];
  };
  return { endpoint, ask, expiration: () => expiration, [Symbol.asyncDispose]: () => endpoint.stop() };
}
