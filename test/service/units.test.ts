// The texts, and what systemd's own programs say to them.
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launchdAgent } from "../../src/service/launchd-agent.ts";
import { systemConfig, systemUnit, systemUserEntry } from "../../src/service/system-unit.ts";
import { environmentLines, programWord } from "../../src/service/unit-text.ts";
import { userUnit } from "../../src/service/user-unit.ts";
import { loadConfig } from "../../src/config/load.ts";
import { builtBinary } from "../support/built-binary.ts";
import { requireTools } from "../support/require-tools.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";

test("words and assignments that would be read as something else", () => {
  expect(programWord('/a b/100%/"x"\\y')).toBe('"/a b/100%%/\\"x\\"\\\\y"');
  expect(environmentLines({ Z: "1", PATH: "/a b:%h" })).toBe('Environment="PATH=/a b:%%h"\nEnvironment="Z=1"\n');
  expect(() => programWord("/a\nExecStart=/evil")).toThrow("a unit file cannot name");
  expect(() => environmentLines({ PATH: "/a\n[Install]" })).toThrow("a unit file cannot name");
});

function run(argv: readonly string[], folder: ScratchFolder) {
  const runtime = join(folder.path, "run");
  mkdirSync(runtime, { recursive: true });
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: folder.path, XDG_RUNTIME_DIR: runtime, LC_ALL: "C" };
  const { stdout, stderr, exitCode } = Bun.spawnSync([...argv], { env });
  return { said: stdout.toString() + stderr.toString(), exitCode };
}

describe.skipIf(!requireTools(["systemd-analyze", "systemd-sysusers"], { platform: "linux" }))("systemd", () => {
  const clean = { said: "", exitCode: 0 };

  test("finds nothing in the user's unit", async () => {
    using folder = scratchFolder();
    const text = userUnit({
      program: await builtBinary(),
      environment: { PATH: "/a b:/usr/bin", AWS_PROFILE: "100%" },
    });
    const file = folder.file("user/metacred.service", text);
    expect(run(["systemd-analyze", "--user", "verify", file], folder)).toEqual(clean);
    const wrong = folder.file("wrong/metacred.service", text.replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"));
    expect(run(["systemd-analyze", "--user", "verify", wrong], folder).said).toContain("NoNewPrivilege");
  });

  test("finds nothing in the system's unit, and little that is exposed", async () => {
    using folder = scratchFolder();
    const file = folder.file("system/metacred.service", systemUnit(await builtBinary()));
    expect(run(["systemd-analyze", "verify", file], folder)).toEqual(clean);
    const { said } = run(["systemd-analyze", "security", "--offline=yes", file], folder);
    expect(Number(/exposure level for metacred\.service: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(3);
  });

  test("makes the user of the system service", async () => {
    using folder = scratchFolder();
    const entry = folder.file("etc/sysusers.d/metacred.conf", systemUserEntry());
    const { said, exitCode } = run(["systemd-sysusers", `--root=${folder.path}`, entry], folder);
    expect({ said, exitCode }).toMatchObject({ exitCode: 0 });
    expect(await Bun.file(join(folder.path, "etc/passwd")).text()).toMatch(
      /^metacred:x:\d+:\d+:metacred:\/var\/lib\/metacred:\/usr\/sbin\/nologin$/m,
    );
  });
});

test("the first configuration of a server is a right one: for everybody", () => {
  using folder = scratchFolder();
  const configFile = folder.file("service.toml", systemConfig());
  const config = loadConfig({ configFile, configNamed: true }, process.getuid?.() ?? -1);
  expect(config.redirect.users).toEqual(["*"]);
});

test.skipIf(!requireTools(["/usr/bin/python3"]))("the agent is a property list with what was given", () => {
  const service = { program: "/Users/a & b/metacred", environment: { PATH: "/usr/bin:<x>" } };
  const script = "import json, plistlib, sys; print(json.dumps(plistlib.load(sys.stdin.buffer)))";
  const { stdout } = Bun.spawnSync(["/usr/bin/python3", "-c", script], {
    stdin: new TextEncoder().encode(launchdAgent(service, "/Users/a/log")),
  });
  expect(JSON.parse(stdout.toString())).toEqual({
    Label: "io.metacred.agent",
    ProgramArguments: ["/Users/a & b/metacred", "__service"],
    EnvironmentVariables: { PATH: "/usr/bin:<x>" },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    ProcessType: "Interactive",
    Umask: 0o077,
    StandardErrorPath: "/Users/a/log",
  });
});
