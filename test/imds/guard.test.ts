import { expect, test } from "bun:test";
import type { ImdsCaller, ImdsHeader, RefusalReason } from "../../src/imds/message.ts";
import { createWorld } from "./world.ts";

const HOST: ImdsHeader = ["host", "169.254.169.254"];

function refusalOf(caller: Partial<ImdsCaller>, headers: readonly ImdsHeader[], version: "1.0" | "1.1" = "1.1") {
  const world = createWorld({ caller });
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

test("HTTP/1.0 without Host is malformed too", () => {
  expect(refusalOf({}, [], "1.0")).toEqual([400, "host"]);
});
