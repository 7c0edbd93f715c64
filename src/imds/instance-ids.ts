// What an instance's other ids and names would be. Made of what is known, so that they stay and fit together.
import { createHash } from "node:crypto";
import type { Moment } from "./tree.ts";
import type { ImdsInstance } from "./view.ts";

/** `eni-`, `sg-`, `instance-event-` and the like: the prefix, and 17 hexadecimal digits as EC2's long ids have. */
export function derivedId(prefix: string, { instanceId }: Pick<ImdsInstance, "instanceId">): string {
  return `${prefix}-${createHash("sha256").update(`${prefix}/${instanceId}`).digest("hex").slice(0, 17)}`;
}

/** EC2's private name: `ip-10-0-0-10.ec2.internal` in us-east-1, with the region in it elsewhere. */
export function hostnameOf({ instance, view: { region } }: Pick<Moment, "instance" | "view">): string {
  if (instance.hostname !== undefined) return instance.hostname;
  const domain = region === undefined || region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
  return `ip-${instance.privateIp.replaceAll(".", "-")}.${domain}`;
}

/**
 * `usw2-az1` for `us-west-2a`. Which letter stands for which zone differs from account to account; here they are in
 * order. Undefined for the names of local zones, which follow another rule.
 */
export function zoneIdOf(zone: string, region: string): string | undefined {
  const letter = /^[a-z]$/.exec(zone.slice(region.length))?.[0];
  const [, area, direction, number] = /^([a-z]{2,4}(?:-gov)?)-([a-z]+)-(\d+)$/.exec(region) ?? [];
  const short = DIRECTIONS[direction ?? ""];
  if (letter === undefined || area === undefined || short === undefined) return undefined;
  return `${area.replace("-gov", "g")}${short}${number}-az${letter.charCodeAt(0) - "a".charCodeAt(0) + 1}`;
}

// --- internal ---

const DIRECTIONS: Readonly<Record<string, string>> = {
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};
