// Which paths there are. To serve more, add a line: routing and listings follow.
import { identityDocument } from "./documents.ts";
import { type IamOptions, iamTree, identityCredentialsTree } from "./iam-tree.ts";
import { hostnameOf } from "./instance-ids.ts";
import { devicesTree, networkTree, placementTree, publicKeysTree, securityGroupsOf, tagsTree } from "./machine-tree.ts";
import { withMoreLeaves } from "./more-leaves.ts";
import { domainOf, partitionOfRegion } from "./partition.ts";
import { autoscalingTree, eventsTree, spotTree } from "./scenario-tree.ts";
import { type Directory, directory, leaf, type Moment } from "./tree.ts";
import type { ImdsInstance } from "./view.ts";

/** Fixed, so that clients which keep the name they have listed follow a switch of the role. */
export const ROLE_NAME = "metacred";

export function metadataRoot(instance: ImdsInstance, options: IamOptions): Directory {
  const version = directory(
    {
      dynamic: dynamic(),
      "meta-data": withMoreLeaves(ownMetadata(instance, options), instance.more ?? {}),
      "user-data": leaf(() => instance.userData, { contentType: "application/octet-stream" }),
    },
    "root",
  );
  return directory(Object.fromEntries(versionNames().map((name) => [name, version])), "root");
}

/** `meta-data/` without what the configuration adds. */
export function ownMetadata(instance: ImdsInstance, options: IamOptions): Directory {
  return directory({
    "ami-id": leaf(() => instance.amiId),
    "ami-launch-index": leaf(() => "0"),
    "ami-manifest-path": leaf(() => "(unknown)"),
    autoscaling: autoscalingTree(),
    "block-device-mapping": devicesTree(instance),
    events: eventsTree(),
    hostname: leaf(hostnameOf),
    iam: iamTree(options),
    "identity-credentials": identityCredentialsTree(),
    "instance-action": leaf(() => "none"),
    "instance-id": leaf(() => instance.instanceId),
    "instance-life-cycle": leaf(() => (instance.scenario?.spot === undefined ? "on-demand" : "spot")),
    "instance-type": leaf(() => instance.instanceType),
    "local-hostname": leaf(hostnameOf),
    "local-ipv4": leaf(() => instance.privateIp),
    mac: leaf(() => instance.mac),
    metrics: directory({ vhostmd: leaf(() => '<?xml version="1.0" encoding="UTF-8"?>') }),
    network: networkTree(instance),
    placement: placementTree(),
    "product-codes": leaf(() => instance.productCodes?.join("\n")),
    profile: leaf(() => "default-hvm"),
    "public-hostname": leaf(() => instance.publicHostname),
    "public-ipv4": leaf(() => instance.publicIp),
    "public-keys": publicKeysTree(instance),
    "reservation-id": leaf(() => instance.instanceId.replace(/^i-/, "r-")),
    "security-groups": leaf(() => securityGroupsOf(instance).join("\n")),
    services: directory({
      domain: leaf((moment) => domainOf(partitionOf(moment) ?? "")),
      partition: leaf(partitionOf),
    }),
    spot: spotTree(),
    tags: tagsTree(instance),
  });
}

// --- internal ---

// What EC2 lists at the root; each is an alias of the latest, an unknown one makes cloud-init step down to a known.
function versionNames(): string[] {
  return [
    "1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01 2009-04-04 2011-01-01",
    "2011-05-01 2012-01-12 2014-02-25 2014-11-05 2015-10-20 2016-04-19 2016-06-30 2016-09-02 2018-03-28",
    "2018-08-17 2018-09-24 2019-10-01 2020-10-27 2021-01-03 2021-03-23 latest",
  ].flatMap((line) => line.split(" "));
}

function dynamic(): Directory {
  return directory({
    fws: directory({ "instance-monitoring": leaf(() => "disabled") }),
    // No signature, pkcs7 or rsa2048: nothing here could sign them.
    "instance-identity": directory({ document: leaf(identityDocument) }),
  });
}

function partitionOf({ view: { role, region } }: Moment): string | undefined {
  return role?.partition ?? (region === undefined ? undefined : partitionOfRegion(region));
}
