// install.sh as a person runs it: from a checkout with npm, and from a release folder or server, into a scratch home.
import { describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { text } from "../../packages/tree.ts";
import {
  archiveOf,
  contents,
  copyCheckout,
  INSTALLED,
  installMachine,
  PATH,
  PLATFORMS,
  programsOf,
  ROOT,
} from "../support/install-machine.ts";
import { type InstallMachine, sha256, standIn, writeProgram } from "../support/install-machine.ts";
import { requireTools } from "../support/require-tools.ts";

describe.skipIf(!requireTools(["git", "npm", "node"]))("from a checkout", () => {
  test("builds and installs, twice, and is gone after --uninstall", async () => {
    using machine = installMachine();
    const { env, home, prefix } = machine;
    env["SHELL"] = "/bin/dash";
    const checkout = machine.folder();
    copyCheckout(checkout);
    const script = ["sh", join(checkout, "install.sh")];

    for (const time of ["first", "second"]) {
      const { stdout, stderr, exitCode } = await machine.run(script);
      const said = "building metacred (this takes a moment)\n";
      expect({ time, stderr, exitCode }).toEqual({ time, stderr: said, exitCode: 0 });
      expect(stdout.split("\n")).toEqual([
        `installed metacred ${packageJson.version}: ${prefix}/bin/metacred`,
        `manual page, completions for bash, zsh and fish: ${prefix}/share`,
        `${prefix}/bin is not on PATH; add this line to ${home}/.profile:`,
        `  export PATH="${prefix}/bin:$PATH"`,
        "next: metacred demo --keep (a tour, and a mock AWS to play with) or metacred init (from your AWS profiles)",
        "",
      ]);
      expect(Object.keys(contents(prefix))).toEqual(INSTALLED);
    }
    const version = { stdout: `${packageJson.version}\n`, stderr: "", exitCode: 0 };
    expect(await machine.run([join(prefix, "bin/metacred"), "--version"])).toEqual(version);
    const zsh = contents(prefix)["share/zsh/site-functions/_metacred"];
    expect(zsh).toBe(sha256(readFileSync(join(ROOT, "completions/metacred.zsh"))));
    expect(readdirSync(join(checkout, "dist"))).toEqual(["metacred"]);

    const removed = { stdout: `removed metacred from ${prefix}\n`, stderr: "", exitCode: 0 };
    expect(await machine.run([...script, "--uninstall"])).toEqual(removed);
    expect(readdirSync(prefix)).toEqual([]);
  }, 180_000);
});

describe("from a release folder", () => {
  const uname = (os: string, arch: string) => `case $1 in -s) echo ${os} ;; -m) echo ${arch} ;; esac`;
  const glibc = "echo 'ldd (GNU libc) 2.36'";
  const musl = "echo 'musl libc (x86_64)' >&2; exit 1";
  const codesign = '[ "$1 $2 $3" = "--force --sign -" ] && echo "# signed" >>"$4"';
  test.each<[string, Record<string, string>]>([
    ["linux-x64", { uname: uname("Linux", "x86_64"), ldd: glibc }],
    ["linux-arm64", { uname: uname("Linux", "aarch64"), ldd: glibc }],
    ["linux-x64-musl", { uname: uname("Linux", "x86_64"), ldd: musl }],
    ["darwin-x64", { uname: uname("Darwin", "x86_64"), sysctl: "exit 1", codesign }],
    ["darwin-arm64", { uname: uname("Darwin", "x86_64"), sysctl: "echo 1", codesign }],
  ])("%s", async (platform, scripts) => {
    using machine = installMachine();
    machine.env["PATH"] = `${machine.tools(scripts)}:${PATH}`;
    expect(await machine.install("--release", machine.release())).toMatchObject({ stderr: "", exitCode: 0 });
    const signature = platform.startsWith("darwin") ? "# signed\n" : "";
    expect(readFileSync(join(machine.prefix, "bin/metacred"), "utf8")).toBe(standIn("1.2.3", platform) + signature);
    const bash = join(machine.prefix, "share/bash-completion/completions/metacred");
    expect(readFileSync(bash, "utf8")).toBe(`# bash, ${platform}\n`);
  });

  test("the script beside the files of a release installs them", async () => {
    using machine = installMachine();
    const script = join(machine.release(), "install.sh");
    cpSync(join(ROOT, "install.sh"), script);
    expect(await machine.run(["sh", script])).toMatchObject({ stderr: "", exitCode: 0 });
    expect(Object.keys(contents(machine.prefix))).toEqual(INSTALLED);
  });

  test("--version picks one of two", async () => {
    using machine = installMachine();
    const both = machine.release({ ...programsOf("1.2.3"), ...programsOf("1.3.0-rc.1") });
    const { stdout } = await machine.install("--release", both, "--version", "1.2.3");
    expect(stdout).toStartWith(`installed metacred 1.2.3: ${machine.prefix}/bin/metacred\n`);
  });

  test("replaces a program that runs", async () => {
    using machine = installMachine();
    const path = join(machine.prefix, "bin/metacred");
    mkdirSync(dirname(path), { recursive: true });
    cpSync(Bun.which("cat", { PATH }) ?? "", path);
    const old = Bun.spawn([path], { stdio: ["pipe", "pipe", "ignore"] });
    expect(await machine.install("--release", machine.release())).toMatchObject({ stderr: "", exitCode: 0 });
    await old.stdin.write("still here");
    await old.stdin.end();
    expect(await old.stdout.text()).toBe("still here");
    expect((await machine.run([path, "--version"])).stdout).toBe("1.2.3\n");
  });
});

describe("changes nothing and says what to do where", () => {
  const tampered = (machine: InstallMachine) => {
    const release = machine.release();
    for (const platform of PLATFORMS) {
      writeFileSync(join(release, `metacred-1.2.3-${platform}.tar.gz`), archiveOf("1.2.3", "evil")[1]);
    }
    return release;
  };
  const twoVersions = { ...programsOf("1.2.3"), ...programsOf("1.10.0") };
  const only = (text: string) => programsOf("2.0.0", text);
  const noArchive = Object.fromEntries(PLATFORMS.map((one) => [`metacred-2.0.0-${one}.tar.gz`, text("no archive")]));
  test.each<[string, string, (machine: InstallMachine) => string[]]>([
    ["the checksum is wrong", "is not the file that SHA256SUMS names", (m) => ["--release", tampered(m)]],
    ["it lacks a version", "has no metacred-9.9.9-", (m) => ["--release", m.release(), "--version", "9.9.9"]],
    ["it has two versions", "more than one version: 1.2.3 1.10.0", (m) => ["--release", m.release(twoVersions)]],
    ["it is for others", "the release has no program for", (m) => ["--release", m.release({})]],
    ["it is no release", "there is no SHA256SUMS in", () => ["--release", ROOT]],
    ["the program says 1.9.9", "not 2.0.0", (m) => ["--release", m.release(only(standIn("1.9.9", "any")))]],
    ["it does not start", "says nothing (exit code", (m) => ["--release", m.release(only("#!/nowhere\n"))]],
    ["its archive is none", "cannot unpack metacred-2.0.0-", (m) => ["--release", m.release(noArchive)]],
    ["nobody serves it", "cannot download http://127.0.0.1:9/", () => ["--release", "http://127.0.0.1:9/"]],
    ["an option is unknown", 'unknown option "--relaese"', () => ["--relaese", "x"]],
    ["a value is missing", "--release needs a value", () => ["--release"]],
  ])("%s", async (_, said, words) => {
    using machine = installMachine();
    expect(await machine.install("--release", machine.release())).toMatchObject({ exitCode: 0 });
    const before = contents(machine.home);
    const { stdout, stderr, exitCode } = await machine.install(...words(machine));
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toMatch(/(^|\n)install\.sh: [^\n]+\n {2}try: \S[^\n]*\n$/);
    expect(stderr).toContain(said);
    expect(contents(machine.home)).toEqual(before);
  });
});

describe("what is installed", () => {
  test.skipIf(!requireTools(["fish"]))("fish completes by itself", async () => {
    using machine = installMachine();
    // fish loads completions only of programs that it finds.
    machine.env["PATH"] = `${machine.prefix}/bin:${PATH}`;
    const { stdout } = await machine.install("--release", machine.release());
    expect(stdout).not.toContain("PATH");
    expect((await machine.run(["fish", "-c", 'complete -C "metacred "'])).stdout).toContain("from-the-release");
  });

  test.skipIf(!requireTools(["zsh"]))("zsh completes after the line that is said", async () => {
    using machine = installMachine();
    machine.env["SHELL"] = "/bin/zsh";
    const { stdout } = await machine.install("--release", machine.release());
    const line = stdout.split("\n").find((said) => said.includes("fpath="));
    const script = `${line}; autoload -Uz compinit; compinit -u -D; print $_comps[metacred]`;
    expect((await machine.run(["zsh", "-fc", script])).stdout).toBe("_metacred\n");
  });

  test("--uninstall names what it leaves", async () => {
    using machine = installMachine();
    await machine.install("--release", machine.release());
    const left = join(machine.home, ".config/metacred");
    mkdirSync(left, { recursive: true });
    const { stdout } = await machine.install("--uninstall");
    expect(stdout).toBe(`removed metacred from ${machine.prefix}\nleft in place: ${left}\n`);
  });

  test.each([
    [".config/systemd/user/metacred.service", (program: string) => `ExecStart="${program}" __service\n`],
    ["Library/LaunchAgents/io.metacred.agent.plist", (program: string) => `<string>${program}</string>\n`],
  ])("--uninstall ends the start at login first: %s", async (file, text) => {
    using machine = installMachine();
    const program = join(machine.prefix, "bin/metacred");
    const asked = join(machine.home, "asked");
    writeProgram(program, `#!/bin/sh\necho "$*" >>${asked}\n[ "$1" = service ]\n`);
    const unit = join(machine.home, file);
    mkdirSync(dirname(unit), { recursive: true });
    writeFileSync(unit, text(program));
    expect(await machine.install("--uninstall")).toMatchObject({ stderr: "", exitCode: 0 });
    expect(readFileSync(asked, "utf8")).toBe("service uninstall\nstatus\n");
  });

  test("--uninstall refuses while it runs", async () => {
    using machine = installMachine();
    const program = join(machine.prefix, "bin/metacred");
    writeProgram(program, '#!/bin/sh\n[ "$1" = status ]\n');
    const before = contents(machine.home);
    const { stderr, exitCode } = await machine.install("--uninstall");
    const said = `install.sh: metacred is running\n  try: ${program} stop, then sh install.sh --uninstall\n`;
    expect({ stderr, exitCode }).toEqual({ stderr: said, exitCode: 1 });
    expect(contents(machine.home)).toEqual(before);
  });
});

test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing in any script", () => {
  const scripts = ["*.sh", "test/**/*.sh", ".ci/run"].flatMap((pattern) =>
    [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true })].toSorted(),
  );
  expect(scripts).toEqual([
    "build.sh",
    "install.sh",
    "test/conformance/aws-cli/client.sh",
    "test/run.sh",
    "test/support/systemd-box.sh",
    ".ci/run",
  ]);
  const { stdout, exitCode } = Bun.spawnSync(["shellcheck", ...scripts], { cwd: ROOT });
  expect({ said: stdout.toString(), exitCode }).toEqual({ said: "", exitCode: 0 });
});
