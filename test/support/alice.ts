// An ordinary user with a password and a sudoers line, who exists in namespaces of the test's own: a copy of /etc
// stands over the real one there, so that nothing of the machine is touched and nothing is left.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterMounts, scriptWithPrivateMounts } from "./private-mounts.ts";
import { lineReader } from "./line-reader.ts";
import type { Netns } from "./netns.ts";

export type Alice = AsyncDisposable & {
  uid: number;
  password: string;
  /** What enters her namespaces, to be put before a command. */
  enter: readonly string[];
};

const PASSWORD = "correct horse";

// The overlay's folders are on a tmpfs, since an overlay cannot have another overlay as its upper layer.
const SET_UP = String.raw`
set -eu
mount -t tmpfs tmpfs "$1"
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
useradd --no-create-home --shell /bin/bash alice
printf '%s:%s\n' alice "$2" | chpasswd
printf 'Defaults timestamp_timeout=0\n%salice ALL=(root) ALL\n' "$3" > /etc/sudoers.d/metacred-test
chmod 0440 /etc/sudoers.d/metacred-test
id -u alice
exec sleep infinity
`;

/** `sudoers`: further lines of her sudoers file, each with its newline. */
export async function createAlice(ns: Netns, sudoers = ""): Promise<Alice> {
  const folder = mkdtempSync(join(tmpdir(), "metacred-alice-"));
  chmodSync(folder, 0o755);
  const holder = ns.spawn(scriptWithPrivateMounts(SET_UP, [folder, PASSWORD, sudoers]));
  const uid = Number(await lineReader(holder.stdout)());
  if (!(uid > 0)) throw new Error(`no alice: ${await new Response(holder.stderr).text()}`);
  return {
    uid,
    password: PASSWORD,
    enter: enterMounts(holder.pid),
    async [Symbol.asyncDispose]() {
      holder.kill("SIGKILL");
      await holder.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
