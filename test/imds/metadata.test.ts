// What the tree holds besides credentials: every path that amazon-ec2-metadata-mock knows is answered, or absent on purpose.
import { describe, expect, test } from "bun:test";
import { whyNotAdded } from "../../src/imds/more-leaves.ts";
import { ownMetadata } from "../../src/imds/metadata.ts";
import { zoneIdOf } from "../../src/imds/instance-ids.ts";
import type { ImdsInstance, ImdsMaintenance, ImdsScenario, ImdsView } from "../../src/imds/view.ts";
import { createWorld, INSTANCE, NOW, VIEW, type World } from "./world.ts";

const { hostname: _hostname, ...NAMELESS } = INSTANCE;

function read({ imds, caller }: World, path: string): string | number {
  const request = {
    method: "GET",
    target: `/latest/${path}`,
    version: "1.1",
    headers: [["host", "169.254.169.254"]],
    body: new Uint8Array(),
  } as const;
  const { status, body } = imds(request, caller);
  return status === 200 ? String(body) : status;
}

const worldOf = (instance: Partial<ImdsInstance> = {}, view: ImdsView = VIEW) =>
  createWorld({ httpTokens: "optional", view, instance: { ...NAMELESS, ...instance } });

const MAC = `meta-data/network/interfaces/macs/${INSTANCE.mac}`;

test("an ordinary instance", () => {
  const world = worldOf();
  const expected: Record<string, string> = {
    "meta-data":
      "ami-id\nami-launch-index\nami-manifest-path\nblock-device-mapping/\nevents/\nhostname\niam/\n" +
      "identity-credentials/\ninstance-action\ninstance-id\ninstance-life-cycle\ninstance-type\nlocal-hostname\n" +
      "local-ipv4\nmac\nmetrics/\nnetwork/\nplacement/\nprofile\nreservation-id\nsecurity-groups\nservices/",
    "meta-data/ami-id": "ami-0abcdef1234567890",
    "meta-data/ami-launch-index": "0",
    "meta-data/ami-manifest-path": "(unknown)",
    "meta-data/block-device-mapping": "ami\nroot",
    "meta-data/block-device-mapping/root": "/dev/xvda",
    "meta-data/events/": "maintenance/",
    "meta-data/events/maintenance/": "history\nscheduled",
    "meta-data/events/maintenance/history": "[]",
    "meta-data/events/maintenance/scheduled": "[]",
    "meta-data/hostname": "ip-10-0-0-10.us-west-2.compute.internal",
    "meta-data/local-hostname": "ip-10-0-0-10.us-west-2.compute.internal",
    "meta-data/instance-action": "none",
    "meta-data/instance-life-cycle": "on-demand",
    "meta-data/metrics/vhostmd": '<?xml version="1.0" encoding="UTF-8"?>',
    "meta-data/placement/": "availability-zone\navailability-zone-id\nregion",
    "meta-data/placement/availability-zone-id": "usw2-az1",
    "meta-data/profile": "default-hvm",
    "meta-data/reservation-id": "r-1234567890abcdef0",
    "meta-data/security-groups": "default",
    [`${MAC}/`]:
      "device-number\ninterface-id\nlocal-hostname\nlocal-ipv4s\nmac\nnetwork-card-index\nowner-id\n" +
      "security-group-ids\nsecurity-groups\nsubnet-id\nsubnet-ipv4-cidr-block\nvpc-id\nvpc-ipv4-cidr-block\n" +
      "vpc-ipv4-cidr-blocks",
    [`${MAC}/owner-id`]: "012345678901",
    [`${MAC}/subnet-ipv4-cidr-block`]: "10.0.0.0/24",
    [`${MAC}/vpc-ipv4-cidr-blocks`]: "10.0.0.0/16",
    "dynamic/": "fws/\ninstance-identity/",
    "dynamic/fws/instance-monitoring": "disabled",
    "dynamic/instance-identity/": "document",
  };
  expect(Object.fromEntries(Object.keys(expected).map((path) => [path, read(world, path)]))).toEqual(expected);
  for (const [leaf, prefix] of Object.entries({ "interface-id": "eni", "security-group-ids": "sg", "vpc-id": "vpc" })) {
    expect(read(world, `${MAC}/${leaf}`)).toMatch(new RegExp(`^${prefix}-[0-9a-f]{17}$`));
  }
});

test("404 on purpose: nothing could sign, mint or own these", () => {
  const world = worldOf();
  const absent = [
    "dynamic/instance-identity/signature",
    "dynamic/instance-identity/pkcs7",
    "dynamic/instance-identity/rsa2048",
    "meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
    "meta-data/kernel-id",
    "meta-data/ramdisk-id",
    "meta-data/product-codes",
    "meta-data/public-hostname",
    "meta-data/public-ipv4",
    "meta-data/public-keys/",
    "meta-data/tags/instance",
    "meta-data/spot/instance-action",
    "meta-data/spot/termination-time",
    "meta-data/events/recommendations/rebalance",
    "meta-data/autoscaling/target-lifecycle-state",
    "meta-data/elastic-inference/associations",
    "meta-data/elastic-gpus/associations",
    "meta-data/managed-ssh-keys",
    "meta-data/placement/group-name",
    "meta-data/placement/host-id",
    "meta-data/placement/partition-number",
    `${MAC}/ipv6s`,
    `${MAC}/subnet-ipv6-cidr-blocks`,
    `${MAC}/vpc-ipv6-cidr-blocks`,
    `${MAC}/public-ipv4s`,
    `${MAC}/ipv4-associations/192.0.2.54`,
    "user-data",
  ];
  expect(absent.filter((path) => read(world, path) !== 404)).toEqual([]);
});

test("as the configuration wants it", () => {
  const world = worldOf({
    hostname: "build-7",
    architecture: "arm64",
    privateIp: "172.31.5.6",
    publicIp: "203.0.113.7",
    publicHostname: "build.example.com",
    securityGroups: ["web", "ssh"],
    vpcId: "vpc-1",
    subnetId: "subnet-1",
    blockDevices: { root: "/dev/sda1", ebs0: "sdb" },
    publicKeys: { "my-key": "ssh-ed25519 AAAA me", other: "ssh-rsa BBBB" },
    productCodes: ["code1", "code2"],
    more: { "elastic-inference/associations/eia-1": "{}", "placement/group-name": "cluster", "kernel-id": "aki-1" },
  });
  const expected: Record<string, string> = {
    "meta-data/hostname": "build-7",
    "meta-data/local-ipv4": "172.31.5.6",
    "meta-data/public-ipv4": "203.0.113.7",
    "meta-data/public-hostname": "build.example.com",
    "meta-data/security-groups": "web\nssh",
    "meta-data/block-device-mapping/": "ebs0\nroot",
    "meta-data/public-keys/": "0=my-key\n1=other",
    "meta-data/public-keys/0": "openssh-key",
    "meta-data/public-keys/1/openssh-key": "ssh-rsa BBBB",
    "meta-data/product-codes": "code1\ncode2",
    "meta-data/elastic-inference/associations": "eia-1",
    "meta-data/elastic-inference/associations/eia-1": "{}",
    "meta-data/placement/group-name": "cluster",
    "meta-data/kernel-id": "aki-1",
    [`${MAC}/ipv4-associations/`]: "203.0.113.7",
    [`${MAC}/ipv4-associations/203.0.113.7`]: "172.31.5.6",
    [`${MAC}/public-ipv4s`]: "203.0.113.7",
    [`${MAC}/vpc-id`]: "vpc-1",
    [`${MAC}/subnet-id`]: "subnet-1",
    [`${MAC}/subnet-ipv4-cidr-block`]: "172.31.5.0/24",
  };
  expect(Object.fromEntries(Object.keys(expected).map((path) => [path, read(world, path)]))).toEqual(expected);
  expect(read(world, "meta-data/public-keys/0=my-key/openssh-key")).toBe(404);
  expect(String(read(world, `${MAC}/security-group-ids`)).split("\n")).toHaveLength(2);
  const document = String(read(world, "dynamic/instance-identity/document"));
  expect(document).toContain('"marketplaceProductCodes" : [ "code1", "code2" ]');
  expect(JSON.parse(document)).toMatchObject({ architecture: "arm64", privateIp: "172.31.5.6" });
});

test("a switch of the role shows everywhere at once", () => {
  const world = worldOf();
  const role = { arn: "arn:aws-cn:iam::999988887777:role/Ops", accountId: "999988887777", partition: "aws-cn" };
  world.view = { ...VIEW, role, region: "cn-north-1" };
  const seen = ["hostname", "placement/region", "placement/availability-zone-id", "services/domain"];
  expect(seen.map((path) => read(world, `meta-data/${path}`))).toEqual([
    "ip-10-0-0-10.cn-north-1.compute.internal",
    "cn-north-1",
    "cnn1-az1",
    "amazonaws.com.cn",
  ]);
  expect(read(world, `${MAC}/owner-id`)).toBe("999988887777");
  expect(read(world, "dynamic/instance-identity/document")).toContain('"accountId" : "999988887777"');
});

describe("scenarios", () => {
  const maintenance: ImdsMaintenance = {
    afterMs: 60_000,
    code: "system-reboot",
    state: "active",
    notBefore: new Date("2026-03-05T09:00:43Z"),
    notAfter: undefined,
    notBeforeDeadline: undefined,
  };
  const scenario: ImdsScenario = {
    since: new Date(NOW),
    spot: { action: "terminate", afterMs: 30_000, time: undefined },
    rebalance: { afterMs: 10_000, time: undefined },
    maintenance,
    autoscaling: { state: "Terminated", afterMs: 90_000 },
  };

  test("each comes when its delay is over", async () => {
    const world = worldOf({ scenario });
    const paths = [
      "events/recommendations/rebalance",
      "spot/instance-action",
      "spot/termination-time",
      "events/maintenance/scheduled",
      "autoscaling/target-lifecycle-state",
    ];
    const seen: unknown[] = [];
    for (const stepMs of [9_999, 1, 20_000, 30_000, 30_000]) {
      await world.clock.advance(stepMs);
      seen.push(paths.map((path) => read(world, `meta-data/${path}`)));
    }
    const rebalance = '{"noticeTime": "2026-03-01T12:00:10Z"}';
    const action = '{"action": "terminate", "time": "2026-03-01T12:02:30Z"}';
    const time = "2026-03-01T12:02:30Z";
    const reboot = `[
  {
    "NotBefore" : "5 Mar 2026 09:00:43 GMT",
    "Code" : "system-reboot",
    "Description" : "The instance is scheduled for system-reboot",
    "EventId" : "${JSON.parse(String(read(world, "meta-data/events/maintenance/scheduled")))[0].EventId}",
    "NotAfter" : "8 Mar 2026 12:01:00 GMT",
    "State" : "active",
    "NotBeforeDeadline" : "10 Mar 2026 12:01:00 GMT"
  }
]`;
    expect(seen).toEqual([
      [404, 404, 404, "[]", 404],
      [rebalance, 404, 404, "[]", 404],
      [rebalance, action, time, "[]", 404],
      [rebalance, action, time, reboot, 404],
      [rebalance, action, time, reboot, "Terminated"],
    ]);
    expect(reboot).toMatch(/"EventId" : "instance-event-[0-9a-f]{17}"/);
    expect(read(world, "meta-data/instance-life-cycle")).toBe("spot");
  });

  test("stopping has no termination time; a given instant is told; completed events are history", () => {
    const time = new Date("2027-01-01T00:00:00Z");
    const world = worldOf({
      scenario: {
        since: new Date(NOW),
        spot: { action: "stop", afterMs: 0, time },
        rebalance: { afterMs: 0, time },
        maintenance: { ...maintenance, afterMs: 0, code: "instance-stop", state: "completed" },
      },
    });
    expect(read(world, "meta-data/spot/")).toBe("instance-action");
    expect(read(world, "meta-data/spot/instance-action")).toBe('{"action": "stop", "time": "2027-01-01T00:00:00Z"}');
    expect(read(world, "meta-data/events/recommendations/rebalance")).toBe('{"noticeTime": "2027-01-01T00:00:00Z"}');
    expect(read(world, "meta-data/events/maintenance/scheduled")).toBe("[]");
    expect(JSON.parse(String(read(world, "meta-data/events/maintenance/history")))[0]).toMatchObject({
      State: "completed",
      Description: "[Completed] The instance is scheduled for instance-stop",
    });
  });
});

test.each([
  ["us-west-2a", "us-west-2", "usw2-az1"],
  ["eu-central-1c", "eu-central-1", "euc1-az3"],
  ["ap-southeast-2b", "ap-southeast-2", "apse2-az2"],
  ["us-gov-west-1a", "us-gov-west-1", "usgw1-az1"],
  ["us-west-2-lax-1a", "us-west-2", undefined],
  ["us-west-2", "us-west-2", undefined],
  ["us-iso-east-1a", "us-iso-east-1", undefined],
])("the id of zone %s", (zone, region, id) => {
  expect(zoneIdOf(zone, region)).toBe(id);
});

test.each([
  ["placement/group-name", undefined],
  ["kernel-id", undefined],
  ["network/interfaces/macs/02:49:61:0f:c3:11/ipv6s", undefined],
  ["instance-id", "is served already, with a key of its own"],
  ["placement", "is served already, with a key of its own"],
  ["instance-id/x", "is served already, with a key of its own"],
  ["iam/security-credentials/other", "would change what a role is"],
  ["identity-credentials/x", "would change what a role is"],
  ["a/../b", "is no path below meta-data"],
  ["/a", "is no path below meta-data"],
  ["a//b", "is no path below meta-data"],
  ["a b", "is no path below meta-data"],
  ["", "is no path below meta-data"],
])("[imds.metadata] %s", (path, reason) => {
  expect(whyNotAdded(ownMetadata(INSTANCE, { roleName: "metacred", extended: true }), path)).toBe(reason);
});
