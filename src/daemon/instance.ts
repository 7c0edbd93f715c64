// The pretended instance: stable for a user on a machine, or as [imds] of the config says.
import { createHash } from "node:crypto";
import type { ImdsConfig } from "../config/imds-schema.ts";
import type { ImdsInstance, ImdsScenario } from "../imds/view.ts";

type Given = {
  machine: { host: string; uid: number };
  /** What the file of `user_data` holds. */
  userData: Uint8Array | undefined;
  /** When the scenario began. */
  since: Date;
};

export function instanceFacts(imds: ImdsConfig, { machine, userData, since }: Given): ImdsInstance {
  const digest = createHash("sha256").update(`${machine.host}/${machine.uid}`).digest("hex");
  return defined({
    instanceId: imds.instance_id ?? `i-${digest.slice(0, 17)}`,
    instanceType: imds.instance_type ?? "t3.micro",
    amiId: imds.ami_id ?? `ami-${digest.slice(17, 34)}`,
    hostname: imds.hostname,
    privateIp: imds.local_ipv4 ?? "10.0.0.10",
    mac: imds.mac ?? `02:${(digest.slice(34, 44).match(/../g) ?? []).join(":")}`,
    architecture: imds.architecture,
    publicIp: imds.public_ipv4,
    publicHostname: imds.public_hostname,
    securityGroups: imds.security_groups,
    vpcId: imds.vpc_id,
    subnetId: imds.subnet_id,
    blockDevices: imds.block_device_mapping,
    publicKeys: imds.public_keys,
    productCodes: imds.product_codes,
    tags: imds.tags,
    userData,
    scenario: scenarioOf(imds, since),
    more: imds.metadata,
  });
}

/** What `since` belongs to: while this text stays the same, a reload does not start the delays anew. */
export function scenarioText({ spot, events, autoscaling }: ImdsConfig): string {
  return JSON.stringify([spot, events, autoscaling]);
}

// --- internal ---

function scenarioOf({ spot, events, autoscaling }: ImdsConfig, since: Date): ImdsScenario {
  const { rebalance, maintenance } = events ?? {};
  return defined({
    since,
    spot: spot && { action: spot.action, afterMs: spot.after, time: spot.time },
    rebalance: rebalance && { afterMs: rebalance.after, time: rebalance.time },
    maintenance: maintenance && {
      afterMs: maintenance.after,
      code: maintenance.code,
      state: maintenance.state,
      notBefore: maintenance.not_before,
      notAfter: maintenance.not_after,
      notBeforeDeadline: maintenance.not_before_deadline,
    },
    autoscaling: autoscaling && { state: autoscaling.target_lifecycle_state, afterMs: autoscaling.after },
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the keys whose value is undefined: absent means "not served". */
function defined<T extends object>(record: T): Defined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Defined<T>;
}
