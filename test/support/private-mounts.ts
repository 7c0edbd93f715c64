// Mounts that the machine does not see.

/** A command that runs a program, or a script by `sh -c`, with mounts of its own. */
export function withPrivateMounts(words: readonly string[]): string[] {
  return ["unshare", "--mount", "--propagation", "private", ...words];
}

export function scriptWithPrivateMounts(script: string, words: readonly string[]): string[] {
  return withPrivateMounts(["sh", "-c", script, "sh", ...words]);
}

/** What stands before a command to run it in the mounts and the network of a process. */
export function enterMounts(pid: number): string[] {
  return ["nsenter", `--target=${pid}`, "--mount", "--net", "--"];
}
