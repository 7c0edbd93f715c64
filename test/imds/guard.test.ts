import { expect, test } from "bun:test";
import type { ImdsCaller, ImdsHeader, RefusalReason } from "../../src/imds/message.ts";
import { createWorld } from "./world.ts";

const HOST: ImdsHeader = ["host", "169.254.169.254"];

function refusalOf(
  caller: Partial<ImdsCaller>,
  headers: readonly ImdsHeader[],
  version: "1.0" | "1.1" = "1.1",
  containers = false,
) {
  const world = createWorld({ caller, containers });
  const request = { method: "GET", target: "/", version, headers, body: new Uint8Array() };
  const { status, refusal } = world.imds(request, world.caller);
  return [status, refusal];
}

test.each<[string, Partial<ImdsCaller>, readonly ImdsHeader[], number, RefusalReason | undefined]>([
  ["nothing wrong", {}, [HOST], 401, undefined],
  [
    "everything wrong: the first reason counts",
    { address: "10.0.0.1", uid: 1, loop: true },
    [["origin", ""]],
    403,
    "peer",
  ],
  ["a foreign uid and more", { uid: 1, loop: true }, [["origin", ""]], 403, "uid"],
  ["an unknown uid", { uid: undefined }, [HOST], 403, "uid"],
  [
    "a foreign Host and more",
    { loop: true },
    [
      ["host", "evil.com"],
      ["via", ""],
    ],
    403,
    "host",
  ],
  ["two Hosts", {}, [HOST, HOST], 403, "host"],
  ["no Host", {}, [], 400, "host"],
  ["a proxy's header and more", { loop: true }, [HOST, ["via", ""], ["origin", ""]], 403, "forwarded"],
  ["a browser's header and more", { loop: true }, [HOST, ["origin", ""]], 403, "browser"],
  ["a browser's agent", {}, [HOST, ["user-agent", "Mozilla/5.0"]], 403, "browser"],
  ["a loop", { loop: true }, [HOST], 403, "loop"],
])("%s", (_, caller, headers, status, refusal) => {
  expect(refusalOf(caller, headers)).toEqual([status, refusal]);
});

const BRIDGE = { address: "172.17.0.2", uid: undefined, container: "bridge" } as const;
const PROCESS = { container: "process" } as const;
const named = (name: string): ImdsHeader => ["host", name];

test.each<[string, boolean, Partial<ImdsCaller>, ImdsHeader, RefusalReason | undefined]>([
  ["by a bridge", false, BRIDGE, HOST, "container"],
  ["by a bridge", true, BRIDGE, HOST, undefined],
  ["by a bridge, under another name", true, BRIDGE, named("evil.com"), "host"],
  ["by a process", false, PROCESS, HOST, "container"],
  ["by a process", true, PROCESS, HOST, undefined],
  ["by a process of another user", true, { ...PROCESS, uid: 1 }, HOST, "uid"],
  ["by Docker's name for this machine", true, BRIDGE, named("host.docker.internal:25772"), undefined],
  ["by Podman's", true, BRIDGE, named("HOST.containers.internal"), undefined],
  ["by Docker's name, with another port", true, BRIDGE, named("host.docker.internal:80"), "host"],
  ["by Docker's name", false, {}, named("host.docker.internal:25772"), "host"],
])("a container %s, let in %p", (_, containers, caller, host, refusal) => {
  expect(refusalOf(caller, [host], "1.1", containers)).toEqual([refusal === undefined ? 401 : 403, refusal]);
});

test("whoever uses a container's name for this machine is shown what containers are", () => {
  const shown: unknown[] = [];
  const world = createWorld({ containers: true, httpTokens: "optional" });
  const headers = [named("host.docker.internal:25772")];
  for (const target of ["/latest/meta-data/", "http://host.docker.internal:25772/latest/meta-data/"]) {
    const request = { method: "GET", target, version: "1.1" as const, headers, body: new Uint8Array() };
    world.onView = (caller) => void shown.push(caller.container);
    expect(world.imds(request, world.caller).status).toBe(200);
  }
  expect(shown).toEqual(["process", "process"]);
});

test("HTTP/1.0 without Host is malformed too", () => {
  expect(refusalOf({}, [], "1.0")).toEqual([400, "host"]);
});
