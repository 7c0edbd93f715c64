// A user's machine for the tests of install.sh: a home folder, a PATH of its own, and releases of a stand-in program.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { archiveFiles } from "../../packages/about.ts";
import { tar } from "../../packages/tar.ts";
import { gzip, text } from "../../packages/tree.ts";

export const ROOT = resolve(import.meta.dir, "../..");
export const PATH = `${process.env["PATH"]}:/usr/sbin:/usr/bin:/sbin:/bin`;
export const PLATFORMS = ["linux-x64", "linux-arm64", "linux-x64-musl", "darwin-arm64", "darwin-x64"];

/** What install.sh puts below its prefix. */
export const INSTALLED = [
  "bin/metacred",
  "share/bash-completion/completions/metacred",
  "share/fish/vendor_completions.d/metacred.fish",
  "share/man/man1/metacred.1",
  "share/zsh/site-functions/_metacred",
];

export type Finished = { stdout: string; stderr: string; exitCode: number };

export type InstallMachine = Disposable & {
  home: string;
  prefix: string;
  env: Record<string, string>;
  run(argv: readonly string[]): Promise<Finished>;
  /** install.sh of this very checkout. */
  install(...words: readonly string[]): Promise<Finished>;
  /** An empty folder that goes with the machine. */
  folder(): string;
  /** A folder for the front of PATH: name → shell script. */
  tools(scripts: Readonly<Record<string, string>>): string;
  /** A folder with these files, name → content, and their SHA256SUMS. */
  release(files?: Readonly<Record<string, Uint8Array>>): string;
};

export function installMachine(): InstallMachine {
  const root = mkdtempSync(join(tmpdir(), "metacred-install-"));
  const folder = () => mkdtempSync(join(root, "folder-"));
  const home = folder();
  const env: Record<string, string> = { ...networkSettings(), HOME: home, PATH };
  const run = async (argv: readonly string[]): Promise<Finished> => {
    const child = Bun.spawn([...argv], { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { stdout, stderr, exitCode };
  };
  return {
    home,
    prefix: join(home, ".local"),
    env,
    run,
    install: (...words) => run(["sh", join(ROOT, "install.sh"), ...words]),
    folder,
    tools(scripts) {
      const path = folder();
      for (const [name, script] of Object.entries(scripts)) writeProgram(join(path, name), `#!/bin/sh\n${script}\n`);
      return path;
    },
    release(files = programsOf("1.2.3")) {
      const path = folder();
      for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
      const sums = Object.entries(files).map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`);
      writeFileSync(join(path, "SHA256SUMS"), sums.join(""));
      return path;
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

/** Where npm's registry is, and which certificates to trust: the one thing of this machine that building needs. */
function networkSettings(): Record<string, string> {
  const wanted = /^(npm_config_(registry|cafile|(user|global)config)|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/;
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (wanted.test(name) && value !== undefined) settings[name] = value;
  }
  return settings;
}

/** What stands for the program: it says its version and platform, and `status` that no daemon runs. */
export function standIn(version: string, platform: string): string {
  return `#!/bin/sh
case "$1 $2" in
  '--version ') echo ${version} ;;
  'platform ') echo ${platform} ;;
  'status ') exit 3 ;;
  *) exit 2 ;;
esac
`;
}

/** The archives of a release, by name. `program` stands in for all of them. */
export function programsOf(version: string, program?: string): Record<string, Uint8Array> {
  return Object.fromEntries(PLATFORMS.map((platform) => archiveOf(version, platform, program)));
}

export function archiveOf(version: string, platform: string, program?: string): [string, Uint8Array] {
  const folder = `metacred-${version}-${platform}`;
  const files = archiveFiles(folder, "metacred", text(program ?? standIn(version, platform)), {
    license: text("a licence"),
    readme: text("a readme"),
    changelog: text("changes"),
    manual: text(".TH METACRED 1\n"),
    docs: {},
    completions: {
      "metacred.bash": text(`# bash, ${platform}\n`),
      "metacred.fish": text("complete -c metacred -a from-the-release\n"),
      "metacred.zsh": text("#compdef metacred\n"),
    },
  });
  return [`${folder}.tar.gz`, gzip(tar(files, { version, mtimeSeconds: 0 }))];
}

export function writeProgram(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** Every file below the folder with a hash of its bytes. */
export function contents(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), sha256(readFileSync(path))]));
}

export function sha256(bytes: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** The files that git knows or would take, as they are now. */
export function copyCheckout(to: string): void {
  const argv = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = Bun.spawnSync(argv, { cwd: ROOT }).stdout.toString().split("\0");
  const present = names.filter((name) => name !== "" && existsSync(join(ROOT, name)));
  for (const name of present) cpSync(join(ROOT, name), join(to, name));
}
