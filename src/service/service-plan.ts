// What installing and removing the service changes, and how it is asked about, for each kind of service manager.
import { dirname } from "node:path";
import type { Step } from "../sys/apply-steps.ts";
import { AGENT_LABEL, launchdAgent } from "./launchd-agent.ts";
import { SYSTEM_CONFIG, SYSTEM_UNIT, SYSTEM_USER, systemConfig, systemUnit, systemUserEntry } from "./system-unit.ts";
import { USER_UNIT, type UserService, userUnit } from "./user-unit.ts";

export type ServicePlan = {
  /** The file by which the service manager knows the service. */
  file: string;
  /** Files and settings; nothing is started by them. */
  install: readonly Step[];
  /** Starts it, or starts it anew. Returns when it is ready. */
  start: readonly string[];
  uninstall: readonly Step[];
  /** Exit 0 where it starts by itself, and where it runs. */
  isEnabled: readonly string[];
  isActive: readonly string[];
  /** Where to look when it does not start. */
  logs: string;
};

const NO_USER_MANAGER = "export XDG_RUNTIME_DIR=/run/user/$(id -u), or metacred serve --background";

export function systemdUserPlan(service: UserService, configHome: string): ServicePlan {
  const systemctl = ["systemctl", "--user"];
  const file = `${configHome}/systemd/user/${USER_UNIT}`;
  return {
    file,
    install: [
      // Asked first, so that nothing is left where nobody answers, as after su, or without systemd.
      { kind: "run", argv: [...systemctl, "show", "--property=Version"], hint: NO_USER_MANAGER },
      { kind: "file", path: file, mode: 0o600, text: userUnit(service) },
      { kind: "run", argv: [...systemctl, "daemon-reload"] },
      { kind: "run", argv: [...systemctl, "enable", "--quiet", USER_UNIT] },
    ],
    start: [...systemctl, "restart", USER_UNIT],
    uninstall: [
      { kind: "run", argv: [...systemctl, "disable", "--quiet", "--now", USER_UNIT], mayFail: true },
      { kind: "remove", path: file },
      { kind: "run", argv: [...systemctl, "daemon-reload"], mayFail: true },
    ],
    isEnabled: [...systemctl, "is-enabled", "--quiet", USER_UNIT],
    isActive: [...systemctl, "is-active", "--quiet", USER_UNIT],
    logs: `journalctl --user --unit ${USER_UNIT} --lines 20`,
  };
}

/** By root. The user, the configuration and the state outlive an uninstall. */
export function systemdSystemPlan(program: string): ServicePlan {
  const file = `/etc/systemd/system/${SYSTEM_UNIT}`;
  const users = "/etc/sysusers.d/metacred.conf";
  return {
    file,
    install: [
      { kind: "run", argv: ["systemctl", "show", "--property=Version"], hint: "metacred serve --background" },
      { kind: "file", path: users, mode: 0o644, text: systemUserEntry() },
      { kind: "run", argv: ["systemd-sysusers", users] },
      { kind: "folder", path: "/etc/metacred", mode: 0o755 },
      { kind: "folder", path: "/etc/metacred/aws", mode: 0o750, group: SYSTEM_USER },
      { kind: "file", path: SYSTEM_CONFIG, mode: 0o644, text: systemConfig(), keep: true },
      { kind: "file", path: file, mode: 0o644, text: systemUnit(program) },
      { kind: "run", argv: ["systemctl", "daemon-reload"] },
      { kind: "run", argv: ["systemctl", "enable", "--quiet", SYSTEM_UNIT] },
    ],
    start: ["systemctl", "restart", SYSTEM_UNIT],
    uninstall: [
      { kind: "run", argv: ["systemctl", "disable", "--quiet", "--now", SYSTEM_UNIT], mayFail: true },
      { kind: "remove", path: file },
      { kind: "remove", path: users },
      { kind: "run", argv: ["systemctl", "daemon-reload"], mayFail: true },
    ],
    isEnabled: ["systemctl", "is-enabled", "--quiet", SYSTEM_UNIT],
    isActive: ["systemctl", "is-active", "--quiet", SYSTEM_UNIT],
    logs: `journalctl --unit ${SYSTEM_UNIT} --lines 20`,
  };
}

// `bootout` returns before the job has ended, and a job cannot be loaded anew before that. Arguments: DOMAIN LABEL FILE.
const LOAD_AGENT = `launchctl bootout "$1/$2" 2>/dev/null
for wait in 1 1 1 1 1 0; do
  said=$(launchctl bootstrap "$1" "$3" 2>&1) && exit 0
  sleep "$wait"
done
echo "$said" >&2
exit 1
`;

export function launchdPlan(service: UserService, place: { home: string; uid: number; logFile: string }): ServicePlan {
  const domain = `gui/${place.uid}`;
  const file = `${place.home}/Library/LaunchAgents/${AGENT_LABEL}.plist`;
  const job = `${domain}/${AGENT_LABEL}`;
  const loaded = ["launchctl", "print", job];
  return {
    file,
    install: [
      // launchd makes the log, but no folder for it, and without it starts nothing.
      { kind: "folder", path: dirname(place.logFile), mode: 0o700 },
      { kind: "file", path: file, mode: 0o600, text: launchdAgent(service, place.logFile) },
      // Whoever switched it off once, in System Settings or by hand, wants it again.
      { kind: "run", argv: ["launchctl", "enable", job], mayFail: true },
    ],
    start: ["/bin/sh", "-c", LOAD_AGENT, "sh", domain, AGENT_LABEL, file],
    uninstall: [
      { kind: "run", argv: ["launchctl", "bootout", job], mayFail: true },
      { kind: "remove", path: file },
    ],
    isEnabled: loaded,
    isActive: loaded,
    logs: `tail ${place.logFile}`,
  };
}
