// From what was seen on the machine to what would stop an SDK from getting the role. Pure.
import { daemonFindings } from "./doctor-daemon.ts";
import type { Finding } from "./doctor-finding.ts";
import { machineFindings } from "./doctor-machine.ts";
import { shellFindings } from "./doctor-shell.ts";
import type { EmulatedAddress } from "../redirect/plan.ts";
import type { LooseFile } from "./loose-files.ts";
import type { Status } from "./protocol.ts";

export type DoctorFacts = {
  env: Readonly<Record<string, string | undefined>>;
  /** Undefined where no daemon runs, or where it could not be asked. */
  status: Status | undefined;
  /** Why the configuration could not be read, or the daemon could not be asked. */
  broken: readonly { id: "config" | "socket"; message: string; fix: string }[];
  /** The AWS profile "default", where there is one. */
  defaultProfile: Readonly<Record<string, string | undefined>> | undefined;
  /** Who answers at 169.254.169.254 without metacred, in words. */
  foreign: string | undefined;
  /** Tables of others with a rule for that address, where they could be read. */
  foreignRules: readonly string[];
  alias: boolean;
  /** Where `exec` sends its commands, where that needs the redirect. */
  agent: EmulatedAddress | undefined;
  /** Who holds the emulator's port while no daemon runs, in words. */
  portHolder: string | undefined;
  port: number;
  /** Files and folders that others may write to, or may read where that is too much, or that belong to somebody else. */
  loose: readonly LooseFile[];
  stale: readonly string[];
  /** This machine's clock less AWS's. */
  skewMs: number | undefined;
  /** The keychain, where something is to be kept in it: undefined where it is well, or not needed. */
  keychain: "absent" | "silent" | undefined;
  /** The uid of whoever called this by sudo. */
  sudoFrom: number | undefined;
  lacks: "nft and iptables" | "sudo, doas and pkexec" | undefined;
};

/** Each with its fix; those that keep an SDK from the role are errors. */
export function findingsOf(facts: DoctorFacts): Finding[] {
  return [...daemonFindings(facts), ...shellFindings(facts), ...machineFindings(facts)];
}
