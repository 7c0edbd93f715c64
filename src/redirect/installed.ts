// Root's part, installed under systemd: started on demand for one user, ended with the connection. Files as data.
//
// One set for each user, with the uid in its names: `net uninstall` of one leaves the other's, and what the socket's
// owner may ask for was fixed by root when it was installed. The connection brings only method, addresses and ports.

import { GUARD_SCRIPT } from "./guard-script.ts";
import type { Installation, InstalledFile, ServiceManager } from "./install.ts";

/** What stands before the guard script in the installed file: the request's line becomes its arguments. */
const HEAD = String.raw`#!/bin/sh
# metacred: root's part of the redirect, started for each connection to its socket. Arguments: OWNERUID UIDS INSTANCE [containers].
# The first line of the connection is "METHOD UIDS ADDRESS=PORT..." or "clean"; the rest is the script's that follows.
set -uf
deny() { echo "FAIL $1" >&2; exit 2; }
case $#:$* in 3:* | 4:*\ containers) ;; *) deny 'usage: redirect OWNERUID UIDS INSTANCE [containers]' ;; esac
# systemd.socket(5): the instance of a connection to a Unix socket ends in the uid of the other end.
case -$3 in *-"$1") ;; *) deny "this part is for uid $1 alone" ;; esac
IFS= read -r line || deny 'there was no request'
case $line in
  clean) set -- clean "$1" ;;
  '' | *[!a-z0-9:.,=\ ]*) deny 'this is no request' ;;
  *)
    IFS=' ' read -r method users targets <<END
$line
END
    [ "$users" = "$2" ] || deny "it was installed for uid $2, not for $users: metacred net install"
    case $#:$targets in 3:*containers*) deny 'it was installed without containers: metacred net install' ;; esac
    # shellcheck disable=SC2086
    set -- "$method" "$users" "$1" $targets ;;
esac

`;

const LIBEXEC = "/usr/local/libexec/metacred";
const UNITS = "/etc/systemd/system";

/** Where the installed part listens. In a folder of root's, so that nobody else can put a socket there. */
export function rootSocketOf(ownerUid: number): string {
  return `/run/metacred/redirect-${ownerUid}.sock`;
}

export function installedScript(): string {
  return HEAD + GUARD_SCRIPT;
}

/** systemd: a socket of this user's, and a service for each connection to it. */
export function systemdFiles({ ownerUid, users, containers = false }: Installation): readonly InstalledFile[] {
  const name = `metacred-redirect-${ownerUid}`;
  const script = `${LIBEXEC}/redirect-${ownerUid}`;
  return [
    { path: script, mode: "755", text: installedScript() },
    {
      path: `${UNITS}/${name}.socket`,
      mode: "644",
      text: `[Unit]
Description=metacred: the redirect of uid ${ownerUid}, on demand

[Socket]
ListenStream=${rootSocketOf(ownerUid)}
Accept=yes
SocketUser=${ownerUid}
SocketMode=0600
DirectoryMode=0755
MaxConnections=8
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
`,
    },
    {
      path: `${UNITS}/${name}@.service`,
      mode: "644",
      text: `[Unit]
Description=metacred: root's part of the redirect of uid ${ownerUid}
CollectMode=inactive-or-failed

[Service]
ExecStart=/bin/sh ${script} ${ownerUid} ${usersWord(users)} %i${containers ? " containers" : ""}
StandardInput=socket
StandardOutput=socket
StandardError=socket
TimeoutStopSec=5
NoNewPrivileges=yes
ProtectSystem=full
ProtectHome=yes
PrivateTmp=yes
`,
    },
  ];
}

export const systemd: ServiceManager = {
  files: systemdFiles,
  folder: LIBEXEC,
  start: ({ ownerUid }) =>
    `systemctl daemon-reload\nsystemctl enable --quiet ${socketOf(ownerUid)}\nsystemctl restart ${socketOf(ownerUid)}\n`,
  stop: ({ ownerUid }) =>
    `[ ! -e ${UNITS}/${socketOf(ownerUid)} ] || systemctl disable --quiet --now ${socketOf(ownerUid)}\n` +
    // Instances ignore SIGTERM, as a terminal's end must not harm them: what they leave is removed after this.
    `systemctl kill --signal=KILL "metacred-redirect-${ownerUid}@*.service" 2>/dev/null || :\n`,
  cleanWords: ({ ownerUid }) => `${ownerUid} all ${ownerUid}`,
  forget: ({ ownerUid }) =>
    `rm -f ${rootSocketOf(ownerUid)}\nrmdir ${LIBEXEC} /run/metacred 2>/dev/null || :\nsystemctl daemon-reload\n`,
};

function socketOf(ownerUid: number): string {
  return `metacred-redirect-${ownerUid}.socket`;
}

function usersWord(users: readonly number[] | "*"): string {
  return users === "*" ? "all" : users.join(",");
}
