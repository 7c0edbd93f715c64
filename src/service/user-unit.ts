// systemd's unit for one user: started at login by that user's own service manager.
//
// What needs a mount namespace (ProtectSystem, ProtectHome, PrivateTmp) is left out here: a user's manager can make one
// only together with a user namespace (systemd.exec(5), PrivateUsers), in which root's files in /etc/metacred look as if
// they were somebody else's, and a `credential_process` could not read the user's own programs and keys.
import { environmentLines, programWord } from "./unit-text.ts";

export const USER_UNIT = "metacred.service";

export type UserService = { program: string; environment: Readonly<Record<string, string>> };

/** Exit 2 is a mistake in the configuration, 5 a privilege that nobody is there to give: neither heals by itself. */
export const LIFE = `ExecReload=/bin/sh -c "kill -HUP $MAINPID"
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2 5
TimeoutStartSec=150
TimeoutStopSec=15
UMask=0077
`;

/** Needs no namespace, so it holds for a user's service as well. Memory that is written and run is how the engine works. */
export const HARDENING = `NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @debug @module @mount @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM
`;

export function userUnit({ program, environment }: UserService): string {
  return `# Written by "metacred service install"; "metacred service uninstall" removes it.
[Unit]
Description=metacred: AWS credentials at 169.254.169.254 for the role you choose

[Service]
Type=notify
ExecStart=${programWord(program)} __service
${environmentLines(environment)}${LIFE}${HARDENING}
[Install]
WantedBy=default.target
`;
}
