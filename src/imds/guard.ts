// Who may ask at all. Everything here is about the connection and the headers, nothing about the path.

import type { ImdsCaller, ImdsRequest, RefusalReason } from "./message.ts";
import type { RequestFacts } from "./request-facts.ts";

export type GuardRules = {
  /** Whose processes may ask; `"*"`: everybody on the machine. */
  uids: readonly number[] | "*";
  /** The emulator's own port, which a client of endpoint mode has in its `Host`. */
  port: number;
  /** Containers may ask. Absent: they are refused. */
  containers?: boolean;
};

export type Guard = (
  caller: ImdsCaller,
  facts: RequestFacts,
  target: { version: ImdsRequest["version"]; authority: string | undefined },
) => RefusalReason | undefined;

export function createGuard(rules: GuardRules): Guard {
  const hosts = [...allowedHosts(rules.port), ...(rules.containers === true ? hostNames(rules.port) : [])];
  return createHostGuard(rules.uids, new Set(hosts), rules.containers);
}

/** `hosts`: what `Host` may be, in lower case. */
export function createHostGuard(uids: GuardRules["uids"], hosts: ReadonlySet<string>, containers = false): Guard {
  return (caller, facts, target) => {
    const isBridged = caller.container === "bridge";
    if (!isBridged && !isOwnAddress(caller.address)) return "peer";
    if (!isBridged && !isAllowedUid(caller.uid, uids)) return "uid";
    if (caller.container !== undefined && !containers) return "container";
    if (!isAllowedHost(hosts, facts, target)) return "host";
    if (facts.isForwarded) return "forwarded";
    if (facts.isBrowser) return "browser";
    return caller.loop ? "loop" : undefined;
  };
}

/** Also in use behind a redirect, where the client's own address is the emulated one that it dialled. */
export function isOwnAddress(address: string): boolean {
  const plain = address.toLowerCase().startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return OWN_ADDRESSES.has(plain) || /^127(?:\.\d{1,3}){3}$/.test(plain);
}

/** Whether this user's programs may ask. */
export function isAllowedUid(uid: number | undefined, uids: readonly number[] | "*"): boolean {
  return uids === "*" || (uid !== undefined && uids.includes(uid));
}

/** By a name that only containers have for this machine. */
export function saysContainer({ host }: RequestFacts, authority: string | undefined): boolean {
  const name = authority ?? (host === undefined || host === "many" ? "" : host.value);
  return HOST_NAMES.has(name.toLowerCase().replace(/:\d+$/, ""));
}

// --- internal ---

const OWN_ADDRESSES: ReadonlySet<string> = new Set([
  "127.0.0.1",
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "::1",
  "fd00:ec2::254",
  "fd00:ec2::23",
]);

// Docker's and Podman's own names for the machine that a container runs on.
const HOST_NAMES: ReadonlySet<string> = new Set(["host.docker.internal", "host.containers.internal"]);

function hostNames(port: number): readonly string[] {
  return [...HOST_NAMES].flatMap((name) => [name, `${name}:${port}`]);
}

// Without this any web page could reach the service through a name of its own that resolves to 127.0.0.1.
// aws-c-auth sends the address without its port, hence both forms of every host.
function allowedHosts(port: number): ReadonlySet<string> {
  const emulated = ["169.254.169.254", "[fd00:ec2::254]"];
  const loopback = ["127.0.0.1", "localhost", "[::1]"];
  return new Set([
    ...emulated,
    ...loopback,
    ...emulated.map((host) => `${host}:80`),
    ...loopback.map((host) => `${host}:${port}`),
  ]);
}

// RFC 9112 §3.2.2: the authority of an absolute target stands for Host; where both are sent, both must be right.
function isAllowedHost(
  hosts: ReadonlySet<string>,
  { host }: RequestFacts,
  { version, authority }: { version: ImdsRequest["version"]; authority: string | undefined },
): boolean {
  if (host === "many") return false;
  if (authority !== undefined && !hosts.has(authority.toLowerCase())) return false;
  if (host !== undefined) return hosts.has(host.value) || hosts.has(host.value.toLowerCase());
  return version === "1.0" && authority !== undefined;
}
