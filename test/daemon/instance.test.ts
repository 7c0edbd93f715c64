import { expect, test } from "bun:test";
import { instanceFacts } from "../../src/daemon/instance.ts";
import { configOf, NOW } from "./fakes.ts";

const facts = (host: string, uid: number, imds = {}) =>
  instanceFacts(configOf({ imds }).imds, { machine: { host, uid }, userData: undefined, since: NOW });

test("looks like EC2's", () => {
  const { instanceId, amiId, mac, ...rest } = facts("desk", 1000);
  expect(instanceId).toMatch(/^i-[0-9a-f]{17}$/);
  expect(amiId).toMatch(/^ami-[0-9a-f]{17}$/);
  // Locally administered, so that it is nobody's.
  expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
  expect(rest).toEqual({ instanceType: "t3.micro", privateIp: "10.0.0.10", scenario: { since: NOW } });
});

test("the same for a user on a machine, another for another", () => {
  expect(facts("desk", 1000)).toEqual(facts("desk", 1000));
  const ids = [facts("desk", 1000), facts("desk", 1001), facts("lap", 1000)].map(({ instanceId }) => instanceId);
  expect(new Set(ids).size).toBe(3);
});

test("as the config says", () => {
  const said = { instance_id: "i-1", instance_type: "m7g.large", ami_id: "ami-1", hostname: "box" };
  expect(facts("desk", 1000, said)).toMatchObject({
    instanceId: "i-1",
    instanceType: "m7g.large",
    amiId: "ami-1",
    hostname: "box",
  });
});
