// Whether a process of this machine asks for a container. Pure: what is known of it beside what is known of metacred,
// which may itself run in a container.

/** As /proc tells it; `undefined` is what we may not see, or what has ended. */
export type ProcessFacts = {
  userNs: string | undefined;
  pidNs: string | undefined;
  /** The text of /proc/PID/cgroup. */
  cgroups: string;
  /** Of /proc/PID/uid_map: everybody may read which uids a user namespace has. */
  uidMap: string;
  /** How many pid namespaces deep it is, seen from here. */
  pidDepth: number;
  /** The program's file, else its name. */
  program: string;
};

export function asksForContainer(caller: ProcessFacts, own: ProcessFacts): boolean {
  return caller.userNs !== own.userNs || caller.pidNs !== own.pidNs || looksLikeContainer(caller, own);
}

// By what everybody may see of a process.
function looksLikeContainer(caller: ProcessFacts, own: ProcessFacts): boolean {
  const isElsewhere = caller.uidMap !== own.uidMap || caller.pidDepth !== own.pidDepth;
  return isElsewhere || isNetworkHelper(caller.program) || isInContainer(caller, own);
}

/** One that may hold a socket of the user's which nobody is seen to hold; of others' processes the cgroup says enough. */
export type Suspect = (ProcessFacts & { isUsers: true }) | (Pick<ProcessFacts, "cgroups"> & { isUsers: false });

/**
 * Whether a container may ask by such a socket: it can hide its processes, let a socket wait in another one, or make one
 * in the user's name as its root. Where none is about, a program of the user's own hides, as ssh-agent does; and where
 * nobody hides, the socket is of another pid namespace.
 */
export function mayAskForContainer(suspects: readonly Suspect[], own: ProcessFacts): boolean {
  const isHidden = ({ userNs }: ProcessFacts) => userNs === undefined;
  return (
    !suspects.some((one) => one.isUsers && isHidden(one)) ||
    suspects.some((one) => {
      // A network helper of another user makes no sockets in this one's name.
      if (!one.isUsers) return isInContainer(one, own);
      return isHidden(one) ? looksLikeContainer(one, own) : asksForContainer(one, own);
    })
  );
}

function isInContainer(caller: Pick<ProcessFacts, "cgroups">, own: ProcessFacts): boolean {
  const ours = new Set(containerCgroups(own.cgroups));
  return containerCgroups(caller.cgroups).some((path) => !ours.has(path));
}

/** By the last part of its file's name: what carries the traffic of containers and virtual machines to this network. */
export function isNetworkHelper(program: string): boolean {
  // A file that was replaced by an update reads "/usr/bin/pasta (deleted)"; /proc/PID/comm ends after 15 characters.
  const name = (program.split("/").at(-1) ?? "").replace(/ \(deleted\)$/, "");
  return /^(?:(?:pasta|passt)(?:\.avx2)?|slirp4netns|rootlesskit|gvproxy|vpnkit|com\.docker\..*|qemu-system-.*|limactl|VBoxHeadless|VirtualBoxVM)$/.test(
    name,
  );
}

/**
 * The paths in /proc/PID/cgroup up to the part that names a container. A login session, a user's service, a terminal's tab, a
 * snap or a flatpak has a cgroup of its own as well; those have no container's name.
 */
export function containerCgroups(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    // cgroups(7): number, controllers, path; only the path may hold a colon.
    const path = line.split(":").slice(2).join(":");
    const parts = path.split("/");
    const index = parts.findIndex((part) => CONTAINER.test(part));
    return index < 0 ? [] : [parts.slice(0, index + 1).join("/")];
  });
}

// Docker, containerd, CRI-O and Podman write the id of 64 hexadecimal digits; Kubernetes its pods; LXC and systemd-nspawn
// the name.
const CONTAINER =
  /(?:^|[-:])[0-9a-f]{64}(?:\.scope)?$|^libpod-|^kubepods|^lxc(?:\.payload\b|$)|^systemd-nspawn@|^machine-.+\.scope$/;
