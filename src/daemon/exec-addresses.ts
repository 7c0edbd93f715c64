// Where `exec` may tell programs to look for credentials: on loopback, or where the agents of ECS and EKS are. Pure.
import type { Config } from "../config/schema.ts";
import type { EmulatedAddress, RedirectTarget } from "../redirect/plan.ts";
import { EMULATED } from "./redirect.ts";

export type ExecEndpoint = Config["exec"]["endpoint"];
/** One that root's part has to redirect. */
export type Agent = Exclude<ExecEndpoint, "loopback">;

type AgentAddress = { ipv4: EmulatedAddress; ipv6?: EmulatedAddress };

// ECS has no IPv6 address: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI stands for this one alone in every SDK.
const ADDRESSES: Readonly<Record<Agent, AgentAddress>> = {
  ecs: { ipv4: "169.254.170.2" },
  eks: { ipv4: "169.254.170.23", ipv6: "fd00:ec2::23" },
};

/** The one that programs are told; the IPv6 one answers the same. */
export function agentAddress(agent: Agent): EmulatedAddress {
  return ADDRESSES[agent].ipv4;
}

/** `ipv6`: undefined where nothing listens on [::1]. */
export function agentTargets(agent: Agent, ports: { ipv4: number; ipv6: number | undefined }): RedirectTarget[] {
  const { ipv4, ipv6 } = ADDRESSES[agent];
  return [
    { address: ipv4, port: ports.ipv4 },
    ...(ipv6 === undefined || ports.ipv6 === undefined ? [] : [{ address: ipv6, port: ports.ipv6 }]),
  ];
}

/** Undefined where `exec` tells an address on loopback. */
export function agentOf({ exec }: Pick<Config, "exec">): EmulatedAddress | undefined {
  return exec.endpoint === "loopback" ? undefined : agentAddress(exec.endpoint);
}

/** The IPv4 addresses at which a daemon with this configuration stands: the metadata service's first. */
export function emulatedAddresses(config: Pick<Config, "exec">): EmulatedAddress[] {
  const agent = agentOf(config);
  return agent === undefined ? [EMULATED] : [EMULATED, agent];
}
