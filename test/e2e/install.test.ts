// install.sh as a person runs it: from a checkout with npm, and from a release folder or server, into a scratch home.
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { requireTools } from "../support/require-tools.ts";

const ROOT = resolve(import.meta.dir, "../..");
const PATH = `${process.env["PATH"]}:/usr/sbin:/usr/bin:/sbin:/bin`;
const INSTALLED = [
  "bin/metacred",
  "share/bash-completion/completions/metacred",
  "share/fish/vendor_completions.d/metacred.fish",
  "share/zsh/site-functions/_metacred",
];

const scratch = mkdtempSync(join(tmpdir(), "metacred-install-"));
afterAll(() => rmSync(scratch, { recursive: true }));

type Machine = { home: string; prefix: string; env: Record<string, string> };
type Finished = { stdout: string; stderr: string; exitCode: number };

function machine(env: Record<string, string> = {}): Machine {
  const home = mkdtempSync(join(scratch, "home-"));
  // npm is told by these where its registry is and which certificates to trust.
  const network = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_(user|global)config|.*_CA_.*|SSL_.*)$/.test(name),
  );
  return { home, prefix: join(home, ".local"), env: { ...Object.fromEntries(network), HOME: home, PATH, ...env } };
}

async function run(argv: readonly string[], { env }: Pick<Machine, "env">): Promise<Finished> {
  const child = Bun.spawn([...argv], { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exitCode };
}

const install = (machine: Machine, ...words: string[]) => run(["sh", join(ROOT, "install.sh"), ...words], machine);

/** Every file below the folder with a hash of its bytes. */
function contents(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), hash(readFileSync(path))]));
}

function hash(bytes: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

function executable(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A folder for the front of PATH with programs that are not this machine's. */
function tools(scripts: Record<string, string>): string {
  const folder = mkdtempSync(join(scratch, "tools-"));
  for (const [name, script] of Object.entries(scripts)) executable(join(folder, name), `#!/bin/sh\n${script}\n`);
  return folder;
}

const PLATFORMS = ["linux-x64", "linux-arm64", "linux-x64-musl", "darwin-arm64", "darwin-x64"];

/** What stands for the program: it says its version and platform, and `status` that no daemon runs. */
function standIn(version: string, platform: string): string {
  return `#!/bin/sh
case "$1 $2" in
  '--version ') echo ${version} ;;
  'completions bash') echo '# bash, ${platform}' ;;
  'completions zsh') echo '#compdef metacred' ;;
  'completions fish') echo 'complete -c metacred -a from-the-release' ;;
  'status ') exit 3 ;;
  *) exit 2 ;;
esac
`;
}

function release(programs: Record<string, string> = programsOf("1.2.3")): string {
  const folder = mkdtempSync(join(scratch, "release-"));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text);
  const sums = Object.entries(programs).map(([name, text]) => `${hash(text)}  ${name}\n`);
  writeFileSync(join(folder, "SHA256SUMS"), sums.join(""));
  return folder;
}

function programsOf(version: string): Record<string, string> {
  return Object.fromEntries(PLATFORMS.map((name) => [`metacred-${version}-${name}`, standIn(version, name)]));
}

describe.skipIf(!requireTools(["git", "npm", "node"]))("from a checkout", () => {
  test("builds and installs, twice, and is gone after --uninstall", async () => {
    const checkout = mkdtempSync(join(scratch, "checkout-"));
    const listed = Bun.spawnSync(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
    });
    for (const name of listed.stdout
      .toString()
      .split("\0")
      .filter((name) => existsSync(join(ROOT, name)) && name !== "")) {
      cpSync(join(ROOT, name), join(checkout, name));
    }
    const here = machine({ SHELL: "/bin/dash" });
    const script = ["sh", join(checkout, "install.sh")];

    for (const time of ["first", "second"]) {
      const { stdout, stderr, exitCode } = await run(script, here);
      expect({ time, stderr, exitCode }).toEqual({
        time,
        stderr: "building metacred (this takes a moment)\n",
        exitCode: 0,
      });
      expect(stdout.split("\n")).toEqual([
        `installed metacred ${packageJson.version}: ${here.prefix}/bin/metacred`,
        `completions for bash, zsh and fish: ${here.prefix}/share`,
        `${here.prefix}/bin is not on PATH; add this line to ${here.home}/.profile:`,
        `  export PATH="${here.prefix}/bin:$PATH"`,
        "",
      ]);
      expect(Object.keys(contents(here.prefix))).toEqual(INSTALLED);
    }
    const program = await run([join(here.prefix, "bin/metacred"), "--version"], here);
    expect(program).toEqual({ stdout: `${packageJson.version}\n`, stderr: "", exitCode: 0 });
    const { "share/zsh/site-functions/_metacred": installed } = contents(here.prefix);
    expect(installed).toBe(hash(readFileSync(join(ROOT, "completions/metacred.zsh"))));
    expect(readdirSync(join(checkout, "dist"))).toEqual(["metacred"]);

    expect(await run([...script, "--uninstall"], here)).toEqual({
      stdout: `removed metacred from ${here.prefix}\n`,
      stderr: "",
      exitCode: 0,
    });
    expect(readdirSync(here.prefix)).toEqual([]);
  }, 180_000);
});

describe("from a release folder", () => {
  const UNAME = (os: string, arch: string) => `case $1 in -s) echo ${os} ;; -m) echo ${arch} ;; esac`;
  const GLIBC = "echo 'ldd (GNU libc) 2.36'";
  const MUSL = "echo 'musl libc (x86_64)' >&2; exit 1";
  test.each<[string, Record<string, string>]>([
    ["linux-x64", { uname: UNAME("Linux", "x86_64"), ldd: GLIBC }],
    ["linux-arm64", { uname: UNAME("Linux", "aarch64"), ldd: GLIBC }],
    ["linux-x64-musl", { uname: UNAME("Linux", "x86_64"), ldd: MUSL }],
    ["darwin-x64", { uname: UNAME("Darwin", "x86_64"), sysctl: "exit 1" }],
    ["darwin-arm64", { uname: UNAME("Darwin", "x86_64"), sysctl: "echo 1" }],
  ])("%s", async (platform, scripts) => {
    const signed = '[ "$1 $2 $3" = "--force --sign -" ] && echo "# signed" >>"$4"';
    const here = machine({ PATH: `${tools({ ...scripts, codesign: signed })}:${PATH}` });
    expect(await install(here, "--release", release())).toMatchObject({ stderr: "", exitCode: 0 });
    const installed = readFileSync(join(here.prefix, "bin/metacred"), "utf8");
    const mac = platform.startsWith("darwin");
    expect(installed).toBe(`${standIn("1.2.3", platform)}${mac ? "# signed\n" : ""}`);
    const bash = readFileSync(join(here.prefix, "share/bash-completion/completions/metacred"), "utf8");
    expect(bash).toBe(`# bash, ${platform}\n`);
  });

  test("the script beside the files of a release installs them", async () => {
    const folder = release();
    cpSync(join(ROOT, "install.sh"), join(folder, "install.sh"));
    const here = machine();
    expect(await run(["sh", join(folder, "install.sh")], here)).toMatchObject({ stderr: "", exitCode: 0 });
    expect(Object.keys(contents(here.prefix))).toEqual(INSTALLED);
  });

  test("--version picks one of two", async () => {
    const here = machine();
    const both = release({ ...programsOf("1.2.3"), ...programsOf("1.3.0-rc.1") });
    const { stdout } = await install(here, "--release", both, "--version", "1.2.3");
    expect(stdout).toStartWith(`installed metacred 1.2.3: ${here.prefix}/bin/metacred\n`);
  });

  test("replaces a program that runs", async () => {
    const here = machine();
    const path = join(here.prefix, "bin/metacred");
    mkdirSync(dirname(path), { recursive: true });
    cpSync(Bun.which("cat", { PATH }) ?? "", path);
    const old = Bun.spawn([path], { stdio: ["pipe", "pipe", "ignore"] });
    expect(await install(here, "--release", release())).toMatchObject({ stderr: "", exitCode: 0 });
    await old.stdin.write("still here");
    await old.stdin.end();
    expect(await old.stdout.text()).toBe("still here");
    expect((await run([path, "--version"], here)).stdout).toBe("1.2.3\n");
  });
});

describe("changes nothing and says what to do where", () => {
  const only = (text: string) => release(Object.fromEntries(PLATFORMS.map((name) => [`metacred-2.0.0-${name}`, text])));
  const changed = (folder: string) => {
    for (const name of PLATFORMS) writeFileSync(join(folder, `metacred-1.2.3-${name}`), standIn("1.2.3", "evil"));
    return folder;
  };
  test.each<[string, () => string[], string]>([
    ["the checksum is wrong", () => ["--release", changed(release())], "is not the file that SHA256SUMS names"],
    [
      "the release lacks that version",
      () => ["--release", release(), "--version", "9.9.9"],
      "the release has no metacred-9.9.9-",
    ],
    [
      "the release has two versions",
      () => ["--release", release({ ...programsOf("1.2.3"), ...programsOf("1.10.0") })],
      "more than one version: 1.2.3 1.10.0",
    ],
    ["the release is for others", () => ["--release", release({})], "the release has no program for"],
    ["the folder is no release", () => ["--release", ROOT], "there is no SHA256SUMS in"],
    [
      "the program says another version",
      () => ["--release", only(standIn("1.9.9", "any"))],
      "the program says 1.9.9 to --version, not 2.0.0",
    ],
    ["the program does not start", () => ["--release", only("#!/nowhere\n")], "the program says nothing (exit code 12"],
    [
      "the program has no completions",
      () => ["--release", only("#!/bin/sh\n[ $1 = --version ] && echo 2.0.0")],
      "gave no completions for bash",
    ],
    ["nobody serves the address", () => ["--release", "http://127.0.0.1:9/"], "cannot download http://127.0.0.1:9/"],
    ["an option is unknown", () => ["--relaese", "x"], 'unknown option "--relaese"'],
    ["a value is missing", () => ["--release"], "--release needs a value"],
  ])("%s", async (_, words, said) => {
    const here = machine();
    expect(await install(here, "--release", release())).toMatchObject({ exitCode: 0 });
    const before = contents(here.home);
    const { stdout, stderr, exitCode } = await install(here, ...words());
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toContain(`install.sh: `);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/\n {2}try: \S.*\n$/);
    expect(contents(here.home)).toEqual(before);
  });
});

describe("from a server", () => {
  const needed =
    "sh uname ldd grep sed awk cut tr tail sha256sum mktemp dirname basename cp mv rm mkdir chmod cat".split(" ");
  test.each(["curl", "wget"])("with %s", async (downloader) => {
    if (!requireTools([downloader])) return;
    const folder = release();
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => new Response(Bun.file(join(folder, new URL(request.url).pathname.replace("/v1/", "")))),
    });
    const path = tools({});
    for (const tool of [...needed, downloader]) symlinkSync(Bun.which(tool, { PATH }) ?? "", join(path, tool));
    const here = machine({ PATH: path });
    expect(await install(here, "--release", `${server.url.href}v1/`)).toMatchObject({ stderr: "", exitCode: 0 });
    expect(Object.keys(contents(here.prefix))).toEqual(INSTALLED);
  });
});

describe("what is installed", () => {
  test.skipIf(!requireTools(["fish"]))("fish completes by itself", async () => {
    const here = machine();
    await install(here, "--release", release());
    const { stdout } = await run(["fish", "-c", 'complete -C "metacred "'], here);
    expect(stdout).toContain("from-the-release");
  });

  test.skipIf(!requireTools(["zsh"]))("zsh completes after the line that is said", async () => {
    const here = machine({ SHELL: "/bin/zsh" });
    const { stdout } = await install(here, "--release", release());
    const line = stdout.split("\n").find((said) => said.includes("fpath="));
    const script = `${line}; autoload -Uz compinit; compinit -u -D; print $_comps[metacred]`;
    expect((await run(["zsh", "-fc", script], here)).stdout).toBe("_metacred\n");
  });

  test("no word about PATH where bin is on it", async () => {
    const here = machine();
    here.env["PATH"] = `${here.prefix}/bin:${PATH}`;
    expect((await install(here, "--release", release())).stdout).not.toContain("PATH");
  });

  test("--uninstall names what it leaves", async () => {
    const here = machine();
    await install(here, "--release", release());
    mkdirSync(join(here.home, ".config/metacred"), { recursive: true });
    const { stdout } = await install(here, "--uninstall");
    expect(stdout).toBe(`removed metacred from ${here.prefix}\nleft in place: ${here.home}/.config/metacred\n`);
  });

  test("--uninstall refuses while it runs", async () => {
    const here = machine();
    const running = `#!/bin/sh\n[ "$1" = status ]\n`;
    executable(join(here.prefix, "bin/metacred"), running);
    expect(await install(here, "--uninstall")).toEqual({
      stdout: "",
      stderr: `install.sh: metacred is running\n  try: ${here.prefix}/bin/metacred stop, then sh install.sh --uninstall\n`,
      exitCode: 1,
    });
    expect(readFileSync(join(here.prefix, "bin/metacred"), "utf8")).toBe(running);
  });
});

test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing in any script", () => {
  const scripts = ["build.sh", "install.sh", "test/run.sh", ".ci/run"].map((name) => join(ROOT, name));
  const { stdout, exitCode } = Bun.spawnSync(["shellcheck", ...scripts]);
  expect({ said: stdout.toString(), exitCode }).toEqual({ said: "", exitCode: 0 });
});
