// `net install` and `net uninstall` as plans: one run of a fixed script by root.

import { asRoot, type RedirectInput } from "./plan.ts";
import { type Installation, rootSocketOf, systemdFiles } from "./installed.ts";
import { shellWord } from "./shell-text.ts";

export type InstallPlan = {
  argv: readonly string[];
  /** What is written, or removed. */
  files: readonly string[];
};

type Root = Pick<RedirectInput, "isRoot" | "elevation">;

const START = String.raw`set -euf
unset IFS ENV BASH_ENV CDPATH LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GLIBC_TUNABLES
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 022
cd /
`;

/** Each file is put in place by rename: a connection that starts meanwhile runs the old one or the new one. */
export function planInstall(installation: Installation, root: Root): InstallPlan {
  const files = systemdFiles(installation);
  const socket = unitOf(installation);
  const text = [
    START,
    "mkdir -p /usr/local/libexec/metacred\n",
    ...files.map(
      ({ path, mode, text }) =>
        `printf %s ${shellWord(text)} >${path}.new\nchmod ${mode} ${path}.new\nmv -f ${path}.new ${path}\n`,
    ),
    `systemctl daemon-reload\nsystemctl enable --quiet ${socket}\nsystemctl restart ${socket}\n`,
  ].join("");
  return { argv: asRoot(["/bin/sh", "-c", text], root), files: files.map(({ path }) => path) };
}

/** Idempotent. What a running daemon of this user has set up through it is undone as well. */
export function planUninstall(installation: Installation, root: Root): InstallPlan {
  const paths = systemdFiles(installation).map(({ path }) => path);
  const [script = ""] = paths;
  const socket = unitOf(installation);
  const { ownerUid } = installation;
  const text = [
    START,
    `[ ! -e /etc/systemd/system/${socket} ] || systemctl disable --quiet --now ${socket}\n`,
    // Instances ignore SIGTERM, as a terminal's end must not harm them: what they leave is removed by the next line.
    `systemctl kill --signal=KILL "metacred-redirect-${ownerUid}@*.service" 2>/dev/null || :\n`,
    `[ ! -e ${script} ] || echo clean | /bin/sh ${script} ${ownerUid} all ${ownerUid}\n`,
    `rm -f ${paths.join(" ")} ${rootSocketOf(ownerUid)}\n`,
    "rmdir /usr/local/libexec/metacred /run/metacred 2>/dev/null || :\n",
    "systemctl daemon-reload\n",
  ].join("");
  return { argv: asRoot(["/bin/sh", "-c", text], root), files: paths };
}

function unitOf({ ownerUid }: Installation): string {
  return `metacred-redirect-${ownerUid}.socket`;
}
