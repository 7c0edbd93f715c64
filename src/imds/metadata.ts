// Which paths there are. To serve more, add a line: routing and listings follow.

import {
  credentialsDocument,
  iamInfoDocument,
  identityDocument,
  identityInfoDocument,
  problemDocument,
  zoneOf,
} from "./documents.ts";
import { domainOf, partitionOfRegion } from "./partition.ts";
import { type Directory, directory, type Leaf, leaf, type Moment } from "./tree.ts";
import type { ImdsCredentials, ImdsInstance } from "./view.ts";

/** Fixed, so that clients which keep the name they have listed follow a switch of the role. */
export const ROLE_NAME = "metacred";

export type TreeOptions = { roleName: string; extended: boolean };

export function metadataRoot(instance: ImdsInstance, options: TreeOptions): Directory {
  const version = directory({ dynamic: dynamic(), "meta-data": metadata(instance, options) }, "root");
  return directory(Object.fromEntries(versionNames().map((name) => [name, version])), "root");
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

function metadata({ mac }: ImdsInstance, options: TreeOptions): Directory {
  return directory({
    "ami-id": leaf(({ instance }) => instance.amiId),
    "ami-launch-index": leaf(() => "0"),
    "ami-manifest-path": leaf(() => "(unknown)"),
    hostname: leaf(({ instance }) => instance.hostname),
    iam: directory({
      info: leaf(iamInfoDocument, { modifiedAt: obtainedAt }),
      "security-credentials": directory({ [options.roleName]: credentials(() => undefined) }),
      ...(options.extended && {
        "security-credentials-extended": directory({
          [options.roleName]: credentials(({ view }) => view.role?.accountId),
        }),
      }),
    }),
    "identity-credentials": directory({
      ec2: directory({ info: leaf(identityInfoDocument, { modifiedAt: obtainedAt }) }),
    }),
    "instance-action": leaf(() => "none"),
    "instance-id": leaf(({ instance }) => instance.instanceId),
    "instance-life-cycle": leaf(() => "on-demand"),
    "instance-type": leaf(({ instance }) => instance.instanceType),
    "local-hostname": leaf(({ instance }) => instance.hostname),
    "local-ipv4": leaf(({ instance }) => instance.privateIp),
    mac: leaf(({ instance }) => instance.mac),
    network: directory({ interfaces: directory({ macs: directory({ [mac]: networkInterface() }) }) }),
    placement: directory({
      "availability-zone": leaf(zoneOf),
      region: leaf(({ view }) => view.region),
    }),
    profile: leaf(() => "default-hvm"),
    "reservation-id": leaf(({ instance }) => instance.instanceId.replace(/^i-/, "r-")),
    "security-groups": leaf(() => "default"),
    services: directory({
      domain: leaf((moment) => domainOf(partitionOf(moment) ?? "")),
      partition: leaf(partitionOf),
    }),
  });
}

function dynamic(): Directory {
  return directory({
    fws: directory({ "instance-monitoring": leaf(() => "disabled") }),
    // No signature, pkcs7 or rsa2048: nothing here could sign them.
    "instance-identity": directory({ document: leaf(identityDocument) }),
  });
}

function networkInterface(): Directory {
  return directory({
    "device-number": leaf(() => "0"),
    "local-hostname": leaf(({ instance }) => instance.hostname),
    "local-ipv4s": leaf(({ instance }) => instance.privateIp),
    mac: leaf(({ instance }) => instance.mac),
    "owner-id": leaf(({ view }) => view.role?.accountId),
  });
}

// Listed only with credentials: an unlisted role makes SDKs move on at once, the document tells a person why.
function credentials(accountOf: (moment: Moment) => string | undefined): Leaf {
  const render = rememberDocument();
  return leaf(
    (moment) =>
      moment.credentials === undefined
        ? problemDocument(moment.view.problem ?? UNKNOWN_PROBLEM, moment.now)
        : render(moment.credentials, accountOf(moment)),
    { isListed: (moment) => moment.credentials !== undefined, modifiedAt: obtainedAt },
  );
}

const UNKNOWN_PROBLEM = { code: "Failed", message: "metacred has no valid credentials; try: metacred status" };

// The document is asked for far more often than it changes. Compared by value: a view may be made anew each time.
function rememberDocument(): typeof credentialsDocument {
  let last: { of: ImdsCredentials; accountId: string | undefined; document: string } | undefined;
  return (of, accountId) => {
    if (last === undefined || last.accountId !== accountId || !isSame(last.of, of)) {
      last = { of, accountId, document: credentialsDocument(of, accountId) };
    }
    return last.document;
  };
}

function isSame(a: ImdsCredentials, b: ImdsCredentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken &&
    a.obtainedAt.getTime() === b.obtainedAt.getTime() &&
    Math.floor(a.expiration.getTime() / 1000) === Math.floor(b.expiration.getTime() / 1000)
  );
}

function obtainedAt({ credentials: current, now }: Moment): Date {
  return current?.obtainedAt ?? now;
}

function partitionOf({ view: { role, region } }: Moment): string | undefined {
  return role?.partition ?? (region === undefined ? undefined : partitionOfRegion(region));
}
