// What `doctor` finds on the machine: files, clock, keychain, tools. Pure.
import { type Finding, error, warning } from "./doctor-finding.ts";
import type { DoctorFacts } from "./doctor-findings.ts";

// AWS refuses signatures that are five minutes off; well before that something is wrong.
const SKEW_ERROR_MS = 4 * 60_000;
const SKEW_WARNING_MS = 60_000;

export function machineFindings({ broken, loose, stale, skewMs, lacks, keychain }: DoctorFacts): Finding[] {
  const skew = skewMs === undefined ? 0 : Math.abs(skewMs);
  const found = [
    ...broken.map(({ id, message, fix }) => error(id, message, fix)),
    ...loose
      .filter(({ fix }) => !broken.some((other) => other.fix === fix))
      .map(({ path, problem, fix }) => warning("permissions", `${path} ${problem}`, fix)),
    ...stale.map((path) => warning("stale", `${path} is left of a metacred that has ended`, `rm ${path}`)),
  ];
  if (skew > SKEW_WARNING_MS) {
    const message = `this machine's clock is ${Math.round(skew / 1000)} s ${(skewMs ?? 0) > 0 ? "ahead of" : "behind"} AWS's`;
    found.push((skew > SKEW_ERROR_MS ? error : warning)("clock", message, "sudo timedatectl set-ntp true"));
  }
  if (lacks !== undefined) {
    found.push(
      warning(
        "tools",
        `none of ${lacks} is installed: no redirect`,
        "install nftables and sudo, or metacred serve --no-redirect",
      ),
    );
  }
  if (keychain !== undefined) found.push(keychainFinding(keychain));
  return found;
}

function keychainFinding(keychain: NonNullable<DoctorFacts["keychain"]>): Finding {
  if (keychain === "absent") {
    return warning(
      "keychain",
      "this machine has no keychain: sign-ins and keys are kept in a file that only you can read",
      'install gnome-keyring, or say so in the configuration: [secrets] store = "file"',
    );
  }
  return warning("keychain", "the keychain does not answer", 'restart the keyring, or [secrets] store = "file"');
}
