// A daemon that was stopped, by Ctrl-Z at its terminal: it takes connections and answers none. Looked for only when an
// answer is late. Linux alone, which shows every process in /proc.
const SERVES = ["serve", "__daemon", "__service"];

/** Its process id, where this user has such a daemon. */
export function stoppedDaemon(platform: NodeJS.Platform = process.platform): number | undefined {
  if (platform !== "linux") return undefined;
  // Looked up here: loading it would make every quick command slower.
  const fs = process.getBuiltinModule("node:fs");
  const uid = process.getuid?.();
  const isOne = (entry: string) => {
    try {
      const folder = `/proc/${entry}`;
      const stat = fs.readFileSync(`${folder}/stat`, "latin1");
      if (!isStoppedMetacred(stat) || fs.statSync(folder).uid !== uid) return false;
      return fs
        .readFileSync(`${folder}/cmdline`, "latin1")
        .split("\0")
        .some((word) => SERVES.includes(word));
    } catch {
      // It has ended meanwhile, or is no process.
      return false;
    }
  };
  try {
    const found = fs.readdirSync("/proc").find(isOne);
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

/** proc(5): the number, the name in parentheses, the state: `T` stopped, `t` by a debugger. */
export function isStoppedMetacred(stat: string): boolean {
  return /^\d+ \(metacred\) [Tt] /.test(stat);
}
