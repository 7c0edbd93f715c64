import { describe, expect, test } from "bun:test";
import { parse } from "smol-toml";
import * as v from "valibot";
import { imdsSchema } from "../../src/config/imds-schema.ts";

const problemOf = (toml: string) => v.safeParse(imdsSchema, parse(toml)).issues?.[0].message;

test("an instance and its scenario", () => {
  const text = `
tags = { Name = "web", "team:cost" = "" }
public_keys = { me = "ssh-ed25519 AAAA" }
metadata = { "placement/group-name" = "cluster" }
spot = { action = "stop", after = "30s", time = 2030-01-01T00:00:00Z }
[events.rebalance]
time = "2030-01-01T01:00:00+01:00"
[events.maintenance]
`;
  const { spot, events, tags, autoscaling } = v.parse(imdsSchema, parse(text));
  expect({ spot, events, tags, autoscaling }).toEqual({
    spot: { action: "stop", after: 30_000, time: new Date("2030-01-01T00:00:00Z") },
    events: {
      rebalance: { after: 0, time: new Date("2030-01-01T00:00:00Z") },
      maintenance: { code: "system-reboot", state: "active", after: 0 },
    },
    tags: { Name: "web", "team:cost": "" },
    autoscaling: undefined,
  });
});

test("nothing is in the scenario that was not asked for", () => {
  const { spot, events, autoscaling, user_data, tags } = v.parse(imdsSchema, {});
  expect([spot, events, autoscaling, user_data, tags]).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

describe("refused", () => {
  test.each([
    ['tags = { "a b" = "x" }', "has a key with other signs"],
    ['tags = { "a/b" = "x" }', "has a key with other signs"],
    ['tags = { "_index" = "x" }', "has a key with other signs"],
    ["[spot]\naction = 'reboot'", "Invalid type"],
    ["[spot]\nafter = '1'", "must be a duration from 0s to 168h"],
    ["[spot]\ntime = 2030-01-01T00:00:00", "must be an instant with its zone"],
    ["[spot]\ntime = 2030-01-01", "must be an instant with its zone"],
    ["[spot]\ntime = '2030-01-01T00:00:00'", "must be an instant with its zone"],
    ["[spot]\ntime = '2030-13-01T00:00:00Z'", "must be an instant with its zone"],
    ["[spot]\ntime = 7", "must be an instant with its zone"],
    ["[events.maintenance]\nstate = 'done'", "Invalid type"],
    ["[events.maintenance]\nnot-before = '2030-01-01T00:00:00Z'", "Invalid key"],
    ["[autoscaling]\ntarget_lifecycle_state = 'Dead'", "Invalid type"],
    ["local_ipv4 = '10.0.0.256'", "must be an IPv4 address"],
    ["mac = '02-00-00-00-00-01'", "must look like"],
    ["vpc_id = 'subnet-1'", "must look like"],
    ['instance_id = "a\\nb"', "must be one line of text"],
    ["security_groups = []", "must name at least one group"],
    ["public_keys = { 'a=b' = 'x' }", "must not hold"],
    ["block_device_mapping = { 'a/b' = 'x' }", "must not hold"],
    ["user_data = ''", "must not be empty"],
  ])("%s", (toml, message) => {
    expect(problemOf(toml)).toContain(message);
  });
});
