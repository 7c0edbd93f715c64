// Root's part, installed under launchd: one job for each user, started for each connection to its socket. Written from
// launchd.plist(5); never run on a Mac so far.
//
// Not below /usr/local, which Homebrew gives to a user on Intel machines, nor in a folder of /var/run, which is empty
// after each start: the socket itself is in there, where only root can put one.

import { DARWIN_GUARD_SCRIPT } from "./darwin-script.ts";
import type { Installation, InstalledFile, ServiceManager } from "./install.ts";

/** What stands before the guard script in the installed file: the request's line becomes its arguments. */
const HEAD = String.raw`#!/bin/sh
# metacred: root's part of the redirect, started for each connection to its socket. Argument: OWNERUID.
# The first line of the connection is "ADDRESS=PORT..." or "clean"; the rest is the script's that follows.
set -uf
unset IFS
deny() { echo "FAIL $1" >&2; exit 2; }
[ $# -eq 1 ] || deny 'usage: redirect OWNERUID'
IFS= read -r line || deny 'there was no request'
case $line in
  clean) set -- "$1" clean ;;
  '' | *[!a-f0-9:.=\ ]*) deny 'this is no request' ;;
  *)
    # shellcheck disable=SC2086
    set -- "$1" $line ;;
esac

`;

const TOOLS = "/Library/PrivilegedHelperTools";
const JOBS = "/Library/LaunchDaemons";

export function rootSocketOf(ownerUid: number): string {
  return `/var/run/${labelOf(ownerUid)}.sock`;
}

export const launchd: ServiceManager = {
  files: launchdFiles,
  folder: TOOLS,
  // The end of a job takes a moment, and it cannot begin anew before that.
  start: ({ ownerUid }) =>
    `launchctl bootout system/${labelOf(ownerUid)} 2>/dev/null || :\n` +
    `for wait in 1 1 1 1 1 0; do\n  launchctl bootstrap system ${jobOf(ownerUid)} && exit 0\n  sleep "$wait"\ndone\nexit 1\n`,
  stop: ({ ownerUid }) => `launchctl bootout system/${labelOf(ownerUid)} 2>/dev/null || :\n`,
  cleanWords: ({ ownerUid }) => String(ownerUid),
  forget: ({ ownerUid }) => `rm -f ${rootSocketOf(ownerUid)}\n`,
};

function launchdFiles({ ownerUid }: Installation): readonly InstalledFile[] {
  const script = `${TOOLS}/${labelOf(ownerUid)}`;
  return [
    { path: script, mode: "755", text: HEAD + DARWIN_GUARD_SCRIPT },
    { path: jobOf(ownerUid), mode: "644", text: jobText(ownerUid, script) },
  ];
}

// SockPathMode is 0600 in decimal. launchd kills what ignores SIGTERM after ExitTimeOut, and would wait ten seconds before
// it starts anew what ran for less: `serve`, `stop`, `serve`.
function jobText(ownerUid: number, script: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${labelOf(ownerUid)}</string>
  <key>ProgramArguments</key>
  <array>
    <string>/bin/sh</string>
    <string>${script}</string>
    <string>${ownerUid}</string>
  </array>
  <key>inetdCompatibility</key><dict><key>Wait</key><false/></dict>
  <key>ExitTimeOut</key><integer>5</integer>
  <key>ThrottleInterval</key><integer>1</integer>
  <key>Sockets</key>
  <dict>
    <key>Listeners</key>
    <dict>
      <key>SockPathName</key><string>${rootSocketOf(ownerUid)}</string>
      <key>SockPathOwner</key><integer>${ownerUid}</integer>
      <key>SockPathMode</key><integer>384</integer>
    </dict>
  </dict>
</dict>
</plist>
`;
}

function labelOf(ownerUid: number): string {
  return `io.metacred.redirect-${ownerUid}`;
}

function jobOf(ownerUid: number): string {
  return `${JOBS}/${labelOf(ownerUid)}.plist`;
}
