// The pretended instance: stable for a user on a machine, or as [imds] of the config says.
import { createHash } from "node:crypto";
import type { Config } from "../config/schema.ts";

export type InstanceFacts = {
  instanceId: string;
  instanceType: string;
  amiId: string;
  hostname: string;
  privateIp: string;
  mac: string;
};

export function instanceFacts({ imds }: Pick<Config, "imds">, machine: { host: string; uid: number }): InstanceFacts {
  const digest = createHash("sha256").update(`${machine.host}/${machine.uid}`).digest("hex");
  const privateIp = "10.0.0.10";
  return {
    instanceId: imds.instance_id ?? `i-${digest.slice(0, 17)}`,
    instanceType: imds.instance_type ?? "t3.micro",
    amiId: imds.ami_id ?? `ami-${digest.slice(17, 34)}`,
    hostname: imds.hostname ?? `ip-${privateIp.replaceAll(".", "-")}.ec2.internal`,
    privateIp,
    mac: `02:${(digest.slice(34, 44).match(/../g) ?? []).join(":")}`,
  };
}
