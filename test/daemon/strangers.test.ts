import { expect, test } from "bun:test";
import { createStrangers } from "../../src/daemon/strangers.ts";
import type { ImdsCaller } from "../../src/imds/message.ts";

const OWN: ImdsCaller = { address: "127.0.0.1", uid: 1000, loop: false };
const BRIDGED: ImdsCaller = { address: "172.17.0.2", uid: undefined, loop: false, container: "bridge" };

test.each<[string, ImdsCaller, number]>([
  ["the owner's", OWN, 5000],
  ["another user's", { ...OWN, uid: 1001 }, 64],
  ["a container's that is refused", { ...OWN, container: "process" }, 64],
  ["one container's on a bridge", BRIDGED, 256],
])("of %s so many at once", (_, caller, most) => {
  const strangers = createStrangers([1000], false);
  const letIn = Array.from({ length: 5000 }, () => strangers.letIn(caller)).filter(Boolean).length;
  expect(letIn).toBe(most);
  expect([strangers.letIn(OWN), strangers.letIn({ ...BRIDGED, address: "172.17.0.3" })]).toEqual([true, true]);
  strangers.left(caller);
  expect(strangers.letIn(caller)).toBe(true);
});

test("containers that may ask are no strangers", () => {
  const strangers = createStrangers([1000], true);
  const callers = Array.from({ length: 100 }, () => strangers.letIn({ ...OWN, container: "process" }));
  expect(callers).not.toContain(false);
});
