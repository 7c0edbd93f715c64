// `net install` and `net uninstall` as plans: one run of a fixed script by root, whatever manager starts root's part.

import { asRoot, type Root } from "./plan.ts";
import { shellWord } from "../shell-text.ts";

/** `containers`: those of this machine may be redirected, too. */
export type Installation = { ownerUid: number; users: readonly number[] | "*"; containers?: boolean };

export type InstalledFile = { path: string; mode: "644" | "755"; text: string };

/** What differs between systemd and launchd; commands are lines of a script that stops at the first failure. */
export type ServiceManager = {
  /** The first one is root's script. */
  files(installation: Installation): readonly InstalledFile[];
  /** Where the script is: a folder in a place that only root can change. */
  folder: string;
  start(installation: Installation): string;
  stop(installation: Installation): string;
  /** Arguments with which the script takes the line "clean". */
  cleanWords(installation: Installation): string;
  forget(installation: Installation): string;
};

export type InstallPlan = {
  argv: readonly string[];
  /** What is written, or removed. */
  files: readonly string[];
};

const START = String.raw`set -euf
unset IFS ENV BASH_ENV CDPATH LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GLIBC_TUNABLES
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 022
cd /
`;

/** Each file is put in place by rename: a connection that starts meanwhile runs the old one or the new one. */
export function planInstall(manager: ServiceManager, installation: Installation, root: Root): InstallPlan {
  const files = manager.files(installation);
  const text = [
    START,
    `mkdir -p ${manager.folder}\n`,
    refuseLoose(files.map(({ path }) => path)),
    ...files.map(
      ({ path, mode, text }) =>
        `printf %s ${shellWord(text)} >${path}.new\nchmod ${mode} ${path}.new\nmv -f ${path}.new ${path}\n`,
    ),
    manager.start(installation),
  ].join("");
  return { argv: asRoot(["/bin/sh", "-c", text], root), files: files.map(({ path }) => path) };
}

// Whoever can change a folder above what root runs would choose what root runs. Homebrew gives some to its user.
function refuseLoose(paths: readonly string[]): string {
  const folders = [...new Set(paths.flatMap((path) => parentsOf(path)))];
  const others = "! -user 0 -o -perm -2 -o -perm -20 ! -group 0";
  return (
    `loose=$(find -H ${folders.join(" ")} -prune \\( ${others} \\) -print | head -n 1)\n` +
    `[ -z "$loose" ] || { echo "FAIL others than root can change $loose" >&2; exit 1; }\n`
  );
}

function parentsOf(path: string): string[] {
  const parent = path.slice(0, path.lastIndexOf("/"));
  return parent === "" ? ["/"] : [...parentsOf(parent), parent];
}

/** Idempotent. What a running daemon of this user has set up through it is undone as well. */
export function planUninstall(manager: ServiceManager, installation: Installation, root: Root): InstallPlan {
  const paths = manager.files(installation).map(({ path }) => path);
  const [script = ""] = paths;
  const text = [
    START,
    manager.stop(installation),
    `[ ! -e ${script} ] || echo clean | /bin/sh ${script} ${manager.cleanWords(installation)}\n`,
    `rm -f ${paths.join(" ")}\n`,
    manager.forget(installation),
  ].join("");
  return { argv: asRoot(["/bin/sh", "-c", text], root), files: paths };
}
