// A disk that is full: whatever has to write says so in two lines and leaves what was there, and what need not be
// written stops nobody.
import { describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterMounts, scriptWithPrivateMounts } from "../support/private-mounts.ts";
import { lineReader } from "../support/line-reader.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { CONFIG, PATH, type World, freePort, testWorld } from "../support/world.ts";

// A few kilobytes: what the world has put there before fits, nothing more.
const FULL = String.raw`
set -eu
mount -t tmpfs -o size=64k tmpfs "$1"
mkdir -p "$1/home/.config/metacred"
printf 'base = "corp"\n' > "$1/home/.config/metacred/config.toml"
dd if=/dev/zero of="$1/filler" bs=1k 2>/dev/null || :
echo full
exec sleep infinity
`;

type FullDisk = AsyncDisposable & { world: World; folder: string; env: Record<string, string> };

async function fullDisk(): Promise<FullDisk> {
  const undo = new AsyncDisposableStack();
  const ns = undo.use(await netns());
  const folder = mkdtempSync(join(tmpdir(), "metacred-full-"));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const holder = ns.spawn(scriptWithPrivateMounts(FULL, [folder]));
  expect(await lineReader(holder.stdout)()).toBe("full");
  const enter = enterMounts(holder.pid);
  const world = undo.use(
    await testWorld({ enter, config: `${CONFIG}[imds]\nport = ${freePort()}\n[secrets]\nstore = "file"\n` }),
  );
  const home = `${folder}/home`;
  // A user's systemd that agrees to everything: what fails is the disk.
  chmodSync(world.file("bin/systemctl", "#!/bin/sh\n"), 0o755);
  const path = `${join(world.folder, "bin")}:${PATH}`;
  const env = { PATH: path, HOME: home, XDG_STATE_HOME: `${folder}/state`, XDG_RUNTIME_DIR: `${folder}/run` };
  return { world, folder, env, [Symbol.asyncDispose]: () => undo.disposeAsync() };
}

const IN_WORDS = /^metacred: [^\n]+: the disk is full\n {2}try: (df -h [^\n]+|metacred init --print)\n$/;

describe.skipIf(!canUseNetns(["unshare", "nsenter", "dd"]))("a full disk", () => {
  test.each([["serve --no-redirect --background --role dev"], ["init --yes"], ["service install"]])(
    "metacred %s",
    async (line) => {
      await using it = await fullDisk();
      // But for serve, the config is the one on that disk.
      const named = line.startsWith("serve") ? it.world.env["METACRED_CONFIG"] : undefined;
      const { stdout, stderr, exitCode } = await it.world.metacred(line.split(" "), {
        env: { ...it.env, METACRED_CONFIG: named ?? "" },
      });
      expect({ stdout, stderr, failed: exitCode > 0 }).toEqual({
        stdout: "",
        stderr: expect.stringMatching(IN_WORDS),
        failed: true,
      });
      const kept = await it.world.run(["cat", `${it.folder}/home/.config/metacred/config.toml`]);
      expect(kept.stdout).toBe('base = "corp"\n');
    },
  );

  test("keys: said, and none is half kept", async () => {
    await using it = await fullDisk();
    const keys = "AKIAMETACREDDEMO0001\nnot/a/real/secret/but/of/the/right/size/\n";
    const script = `printf '%s' '${keys}' | '${it.world.binary}' keys add ci --stdin`;
    const { stderr, exitCode } = await it.world.run(["sh", "-c", script], { env: it.env });
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringMatching(IN_WORDS), exitCode: 1 });
    expect((await it.world.metacred(["keys", "list"], { env: it.env })).stdout).toBe("");
  });

  test.each([
    ["roles"],
    ["credential-process --role dev"],
    ["env --role dev"],
    ["init --print"],
    ["status --format {state}"],
  ])("metacred %s needs no room", async (line) => {
    await using it = await fullDisk();
    const { exitCode, stderr } = await it.world.metacred(line.split(" "), { env: it.env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});
