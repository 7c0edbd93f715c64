// What an instance has besides its role: addresses, disks, keys, tags, where it stands.
import { zoneOf } from "./documents.ts";
import { derivedId, hostnameOf, zoneIdOf } from "./instance-ids.ts";
import { type Directory, directory, leaf } from "./tree.ts";
import type { ImdsInstance } from "./view.ts";

const DEFAULT_DEVICES = { ami: "/dev/xvda", root: "/dev/xvda" };

/** One interface, as EC2 lists it; IPv6 is not pretended. */
export function networkTree(instance: ImdsInstance): Directory {
  const { publicIp, privateIp } = instance;
  const publicSide = publicIp !== undefined && {
    "ipv4-associations": directory({ [publicIp]: leaf(() => privateIp) }),
    "public-ipv4s": leaf(() => publicIp),
  };
  const [vpcRange, subnetRange] = [rangeOf(privateIp, 2), rangeOf(privateIp, 3)];
  const card = directory({
    "device-number": leaf(() => "0"),
    "interface-id": leaf(() => derivedId("eni", instance)),
    ...publicSide,
    "local-hostname": leaf(hostnameOf),
    "local-ipv4s": leaf(() => privateIp),
    mac: leaf(() => instance.mac),
    "network-card-index": leaf(() => "0"),
    "owner-id": leaf(({ view }) => view.role?.accountId),
    "public-hostname": leaf(() => instance.publicHostname),
    "security-group-ids": leaf(() =>
      securityGroupsOf(instance)
        .map((name) => groupId(name, instance))
        .join("\n"),
    ),
    "security-groups": leaf(() => securityGroupsOf(instance).join("\n")),
    "subnet-id": leaf(() => instance.subnetId ?? derivedId("subnet", instance)),
    "subnet-ipv4-cidr-block": leaf(() => subnetRange),
    "vpc-id": leaf(() => instance.vpcId ?? derivedId("vpc", instance)),
    "vpc-ipv4-cidr-block": leaf(() => vpcRange),
    "vpc-ipv4-cidr-blocks": leaf(() => vpcRange),
  });
  return directory({ interfaces: directory({ macs: directory({ [instance.mac]: card }) }) });
}

export function securityGroupsOf({ securityGroups = ["default"] }: ImdsInstance): readonly string[] {
  return securityGroups;
}

export function devicesTree({ blockDevices = DEFAULT_DEVICES }: ImdsInstance): Directory {
  return directory(mapValues(blockDevices, (device) => leaf(() => device)));
}

/** Listed as `0=name`, reached as `0/openssh-key`. */
export function publicKeysTree({ publicKeys = {} }: ImdsInstance): Directory {
  const entries = Object.entries(publicKeys).map(
    ([name, key], index) => [`${index}=${name}`, directory({ "openssh-key": leaf(() => key) })] as const,
  );
  return directory(Object.fromEntries(entries), "indexed");
}

/** Keys are not marked as directories, although `tags/instance` itself has names of any shape below it. */
export function tagsTree({ tags = {} }: ImdsInstance): Directory {
  return directory({ instance: directory(mapValues(tags, (value) => leaf(() => value))) });
}

export function placementTree(): Directory {
  return directory({
    "availability-zone": leaf(zoneOf),
    "availability-zone-id": leaf((moment) => {
      const zone = zoneOf(moment);
      const { region } = moment.view;
      return zone === undefined || region === undefined ? undefined : zoneIdOf(zone, region);
    }),
    region: leaf(({ view }) => view.region),
  });
}

// --- internal ---

function groupId(name: string, { instanceId }: ImdsInstance): string {
  return derivedId("sg", { instanceId: `${instanceId}/${name}` });
}

// The network that the first `parts` numbers of an IPv4 address name: 10.0.0.10 is in 10.0.0.0/16 and 10.0.0.0/24.
function rangeOf(address: string, parts: number): string {
  const kept = address.split(".").slice(0, parts);
  return `${[...kept, "0", "0", "0"].slice(0, 4).join(".")}/${parts * 8}`;
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
