// A release of small programs, in every format, as the tools of each system see it.
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contents, installMachine, ROOT, standIn } from "../support/install-machine.ts";
import { requireTools } from "../support/require-tools.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";

const VERSION = "1.2.3-rc.1";
const TARGETS = ["linux-x64", "linux-arm64", "linux-x64-musl", "darwin-arm64", "darwin-x64"];
const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
// Everything that the README leads to.
const DOCS = readdirSync(join(ROOT, "docs"))
  .filter((name) => !name.endsWith(".ts"))
  .toSorted();
const URL = "https://example.com/v1/";

function run(argv: readonly string[], env: Record<string, string> = {}, cwd = "/") {
  const { stdout, stderr, exitCode } = Bun.spawnSync([...argv], { env: { PATH, LC_ALL: "C", ...env }, cwd });
  return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode };
}

/** What `sh build.sh release` makes of its programs. */
function release(folder: ScratchFolder, cwd = "/"): string {
  for (const target of TARGETS) folder.file(`programs/metacred-${target}`, standIn(VERSION, target));
  folder.file("programs/metacred-windows-x64.exe", "MZ");
  const out = mkdtempSync(join(folder.path, "out-"));
  const script = join(ROOT, "packages/release.ts");
  const argv = [process.execPath, script, join(folder.path, "programs"), out, VERSION, "1700000000"];
  expect(run(argv, { METACRED_RELEASE_URL: URL }, cwd)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  return out;
}

test("every format, sums that hold, and the same bytes a second time", () => {
  using folder = scratchFolder();
  const first = release(folder);
  expect(readdirSync(first).toSorted()).toEqual([
    "SHA256SUMS",
    "install.sh",
    "metacred-1.2.3-rc.1-darwin-arm64.tar.gz",
    "metacred-1.2.3-rc.1-darwin-x64.tar.gz",
    "metacred-1.2.3-rc.1-linux-arm64.tar.gz",
    "metacred-1.2.3-rc.1-linux-x64-musl.tar.gz",
    "metacred-1.2.3-rc.1-linux-x64.tar.gz",
    "metacred-1.2.3-rc.1-windows-x64.zip",
    "metacred-1.2.3~rc.1-1.aarch64.rpm",
    "metacred-1.2.3~rc.1-1.x86_64.rpm",
    "metacred.rb",
    "metacred_1.2.3~rc.1_amd64.deb",
    "metacred_1.2.3~rc.1_arm64.deb",
  ]);
  const checked = run(["sha256sum", "--check", "--strict", "SHA256SUMS"], {}, first);
  expect(checked.stdout.split("\n").filter((line) => line.endsWith(": OK"))).toHaveLength(12);
  expect(contents(release(folder, "/tmp"))).toEqual(contents(first));
});

test("an archive: program, completions, manual page, licence", () => {
  using folder = scratchFolder();
  const out = release(folder);
  const { stdout } = run(["tar", "-tvzf", join(out, `metacred-${VERSION}-linux-x64.tar.gz`)]);
  const rows = stdout.split("\n").map((line) => line.replaceAll(/\s+/g, " ").split(" "));
  expect(rows.map(([mode, owner, , , , name]) => [mode, owner, name?.replace(/^[^/]*\//, "")].join(" "))).toEqual([
    "drwxr-xr-x root/root ",
    "drwxr-xr-x root/root completions/",
    "drwxr-xr-x root/root docs/",
    "drwxr-xr-x root/root man/",
    "-rwxr-xr-x root/root metacred",
    "-rw-r--r-- root/root CHANGELOG.md",
    "-rw-r--r-- root/root LICENSE",
    "-rw-r--r-- root/root README.md",
    "-rw-r--r-- root/root completions/metacred.bash",
    "-rw-r--r-- root/root completions/metacred.fish",
    "-rw-r--r-- root/root completions/metacred.ps1",
    "-rw-r--r-- root/root completions/metacred.zsh",
    ...DOCS.map((name) => `-rw-r--r-- root/root docs/${name}`),
    "-rw-r--r-- root/root man/metacred.1",
    "  ",
  ]);
});

test.skipIf(!requireTools(["/usr/bin/python3"]))("the .zip of Windows", () => {
  using folder = scratchFolder();
  const file = join(release(folder), `metacred-${VERSION}-windows-x64.zip`);
  const script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist(), sep='\\n')";
  const { stdout, stderr } = run(["/usr/bin/python3", "-c", script, file]);
  expect(stderr).toBe("");
  expect(stdout).toStartWith(`None\nmetacred-${VERSION}-windows-x64/metacred.exe\n`);
});

test("install.sh installs from it", async () => {
  using folder = scratchFolder();
  using machine = installMachine();
  const out = release(folder);
  expect(await machine.install("--release", out)).toMatchObject({ stderr: "", exitCode: 0 });
  expect(readFileSync(join(machine.prefix, "share/man/man1/metacred.1"), "utf8")).toBe(
    readFileSync(join(ROOT, "packages/metacred.1"), "utf8"),
  );
});

test("the Homebrew formula names address and sum of each archive", () => {
  using folder = scratchFolder();
  const out = release(folder);
  const formula = readFileSync(join(out, "metacred.rb"), "utf8");
  const sums = readFileSync(join(out, "SHA256SUMS"), "utf8");
  const pairs = [...formula.matchAll(/url "https:\/\/example\.com\/v1\/(.+)"\n\s+sha256 "(\w+)"/g)];
  expect(pairs).toHaveLength(4);
  for (const [, name, sum] of pairs) expect(sums).toContain(`${sum}  ${name}\n`);
});

const SHARED = ["usr/bin/metacred", "usr/share/bash-completion/completions/metacred"];
const REST = [
  "usr/share/doc/metacred/CHANGELOG.md",
  "usr/share/doc/metacred/README.md",
  "usr/share/doc/metacred/copyright",
  ...DOCS.map((name) => `usr/share/doc/metacred/docs/${name}`),
  "usr/share/fish/vendor_completions.d/metacred.fish",
  "usr/share/man/man1/metacred.1.gz",
];

describe.skipIf(!requireTools(["dpkg"], { root: true }))("the .deb in a root folder of its own", () => {
  test("installs, verifies, and is gone after its removal", () => {
    using folder = scratchFolder();
    const deb = join(release(folder), "metacred_1.2.3~rc.1_amd64.deb");
    const root = join(folder.path, "root");
    for (const name of ["info", "updates", "triggers"]) {
      mkdirSync(join(root, "var/lib/dpkg", name), { recursive: true });
    }
    for (const name of ["status", "available"]) writeFileSync(join(root, "var/lib/dpkg", name), "");
    // The root folder has no C library to depend on.
    const dpkg = ["dpkg", `--root=${root}`, "--log=/dev/null", "--force-depends", "--force-architecture"];
    expect(run([...dpkg, "--install", deb])).toMatchObject({ exitCode: 0 });
    const zsh = "usr/share/zsh/vendor-completions/_metacred";
    expect(Object.keys(contents(join(root, "usr"))).map((path) => `usr/${path}`)).toEqual([...SHARED, ...REST, zsh]);
    expect(run([...dpkg, "--verify", "metacred"])).toMatchObject({ stdout: "", exitCode: 0 });
    expect(run(["sh", join(root, "usr/bin/metacred"), "--version"]).stdout).toBe(`${VERSION}\n`);
    expect(run([...dpkg, "--purge", "metacred"])).toMatchObject({ exitCode: 0 });
    expect(contents(join(root, "usr"))).toEqual({});
    expect(existsSync(join(root, "usr/share/doc/metacred"))).toBe(false);
    // A pre-release is older than its release.
    expect(run(["dpkg", "--compare-versions", "1.2.3~rc.1", "lt", "1.2.3"]).exitCode).toBe(0);
  });
});

describe.skipIf(!requireTools(["dpkg-deb"]))("the .deb", () => {
  test("names what it needs and what it can use, and runs nothing when it comes and goes", () => {
    using folder = scratchFolder();
    const deb = join(release(folder), "metacred_1.2.3~rc.1_arm64.deb");
    const field = (name: string) => run(["dpkg-deb", "--field", deb, name]).stdout;
    expect(field("Depends")).toBe("libc6 (>= 2.17)\n");
    expect(field("Recommends")).toBe(
      "nftables | iptables, iproute2, sudo | opendoas | pkexec, libsecret-1-0, libstdc++6\n",
    );
    expect(field("Suggests")).toBe("libnotify-bin, xdg-utils\n");
    const scripts = ["preinst", "postinst", "prerm", "postrm", "config", "triggers"];
    for (const name of scripts) expect(run(["dpkg-deb", "--info", deb, name]).exitCode).not.toBe(0);
  });
});

describe.skipIf(!requireTools(["rpm"]))("the .rpm", () => {
  test("names what it needs and what it can use, its pages and its licence, and runs nothing", () => {
    using folder = scratchFolder();
    const file = join(release(folder), "metacred-1.2.3~rc.1-1.aarch64.rpm");
    const ask = (what: string) => run(["rpm", "--query", "--package", what, file]).stdout.split("\n").filter(Boolean);
    expect(ask("--requires").filter((name) => !name.startsWith("rpmlib("))).toEqual(["libc.so.6(GLIBC_2.17)(64bit)"]);
    expect(ask("--recommends")).toEqual(["nftables", "iproute", "sudo", "libsecret", "libstdc++"]);
    expect(ask("--suggests")).toEqual(["libnotify", "xdg-utils"]);
    expect(ask("--licensefiles")).toEqual(["/usr/share/doc/metacred/copyright"]);
    const pages = REST.filter((path) => path.endsWith(".md") || path.endsWith(".json") || path.endsWith(".gz"));
    expect(ask("--docfiles")).toEqual(pages.map((path) => `/${path}`));
    expect(ask("--scripts")).toEqual([]);
    expect(ask("--triggers")).toEqual([]);
  });
});

describe.skipIf(!requireTools(["rpm"], { root: true }))("the .rpm in a root folder of its own", () => {
  test("its digests hold; it installs, verifies, and is gone after its removal", () => {
    using folder = scratchFolder();
    const file = join(release(folder), "metacred-1.2.3~rc.1-1.x86_64.rpm");
    expect(run(["rpm", "--checksig", file]).stdout).toBe(`${file}: digests OK\n`);
    const root = join(folder.path, "root");
    mkdirSync(root);
    // The root folder has no C library to depend on.
    const rpm = ["rpm", "--root", root, "--dbpath", "/var/lib/rpm"];
    expect(run([...rpm, "--install", "--nodeps", "--ignorearch", file])).toMatchObject({ stdout: "", exitCode: 0 });
    const zsh = "usr/share/zsh/site-functions/_metacred";
    expect(Object.keys(contents(join(root, "usr"))).map((path) => `usr/${path}`)).toEqual([...SHARED, ...REST, zsh]);
    expect(run([...rpm, "--verify", "--nodeps", "metacred"])).toMatchObject({ stdout: "", exitCode: 0 });
    expect(run(["sh", join(root, "usr/bin/metacred"), "--version"]).stdout).toBe(`${VERSION}\n`);
    expect(run([...rpm, "--erase", "metacred"])).toMatchObject({ exitCode: 0 });
    expect(contents(join(root, "usr"))).toEqual({});
    expect(existsSync(join(root, "usr/share/doc/metacred"))).toBe(false);
  });
});
