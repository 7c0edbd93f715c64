// systemd's unit for a server: one daemon for everybody on it, under a user of its own who owns nothing but its state.
//
// CAP_NET_ADMIN, and no other privilege, is how it sets up the redirect: the same script that root runs elsewhere is run
// by this user. What it serves is decided in /etc/metacred, which is root's, so that the service cannot change it.
import { programWord } from "./unit-text.ts";
import { HARDENING, LIFE } from "./user-unit.ts";

export const SYSTEM_UNIT = "metacred.service";
export const SYSTEM_USER = "metacred";
export const SYSTEM_CONFIG = "/etc/metacred/service.toml";
/** What `metacred status` and `use` must be given as XDG_RUNTIME_DIR to find this daemon. */
export const SYSTEM_RUNTIME_ROOT = "/run";

export function systemUnit(program: string): string {
  return `# Written by "metacred service install --system"; "metacred service uninstall --system" removes it.
[Unit]
Description=metacred: AWS credentials at 169.254.169.254 for this machine
Wants=network-online.target
After=network-online.target nss-user-lookup.target

[Service]
Type=notify
User=${SYSTEM_USER}
Group=${SYSTEM_USER}
ExecStart=${programWord(program)} __service --system
Environment=METACRED_CONFIG=${SYSTEM_CONFIG}
Environment=XDG_STATE_HOME=/var/lib XDG_RUNTIME_DIR=${SYSTEM_RUNTIME_ROOT}
Environment=AWS_CONFIG_FILE=/etc/metacred/aws/config AWS_SHARED_CREDENTIALS_FILE=/etc/metacred/aws/credentials
# For a proxy and the like; it may be absent.
EnvironmentFile=-/etc/metacred/environment
StateDirectory=metacred
StateDirectoryMode=0700
RuntimeDirectory=metacred
RuntimeDirectoryMode=0700
AmbientCapabilities=CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_ADMIN
${LIFE}${HARDENING}ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RemoveIPC=yes

[Install]
WantedBy=multi-user.target
`;
}

/** sysusers.d(5): the user and group of the service. */
export function systemUserEntry(): string {
  return `# Written by "metacred service install --system".\nu ${SYSTEM_USER} - "metacred" /var/lib/metacred\n`;
}

/** The first configuration of a server. Its own file: /etc/metacred/config.toml would hold for every user's daemon. */
export function systemConfig(): string {
  return `# metacred for everybody on this machine. Written once by "metacred service install --system", then left alone.
# AWS profiles of the service: /etc/metacred/aws/config and /etc/metacred/aws/credentials (group ${SYSTEM_USER}, mode 0640).

# default_role = "app"
# base = "server"

# [roles.app]
# role_arn = "arn:aws:iam::111122223333:role/App"

[redirect]
users = ["*"]                    # everybody on this machine; or names and uids
`;
}
