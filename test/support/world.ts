// A user's machine for end-to-end tests: a home folder, AWS files, a config, a mock AWS, and the compiled binary.
// On the test's own host, or in a network namespace of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import type { SsoOptions } from "../../src/demo/sso-world.ts";
import { processIdentity } from "../../src/sys/process-identity.ts";
import { builtBinary } from "./built-binary.ts";
import { lineReader } from "./line-reader.ts";
import type { MockOrder, MockSettings } from "./mock-aws-process.ts";
import type { Netns } from "./netns.ts";
import { untilTrue } from "./until.ts";

export type Result = { stdout: string; stderr: string; exitCode: number };
export type RunOptions = { env?: Record<string, string>; uid?: number; cwd?: string };

export type World = AsyncDisposable & {
  folder: string;
  binary: string;
  env: Record<string, string>;
  stsUrl: string;
  /** Writes a file below the world's folder. */
  file(name: string, text: string): string;
  metacred(words: readonly string[], options?: RunOptions): Promise<Result>;
  run(argv: readonly string[], options?: RunOptions): Promise<Result>;
  aws(order: MockOrder): Promise<number>;
  daemonPid(): Promise<number>;
};

export const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

export const CONFIG = `base = "corp"

[roles.dev]
role_arn = "${DEMO_ROLES.developer}"
[roles.prod-readonly]
role_arn = "${DEMO_ROLES.readOnly}"
[roles.forbidden]
role_arn = "${DEMO_ROLES.forbidden}"
`;

type WorldOptions = {
  ns?: Netns;
  /** What is put before every command instead, such as `nsenter` into the test's own namespaces. */
  enter?: readonly string[];
  /** Process ids in there are of a namespace of their own, which ends with all that is in it; AWS is in `ns`. */
  apart?: boolean;
  config?: string;
  awsConfig?: string;
  binary?: string;
  /** This machine's clock is wrong by that much: AWS's is ahead of it. */
  awsAheadMs?: number;
  sso?: SsoOptions;
};

export async function testWorld(options: WorldOptions = {}): Promise<World> {
  const { ns, config = CONFIG, awsConfig = "", binary } = options;
  const folder = mkdtempSync(join(tmpdir(), "metacred-e2e-"));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const inNamespace = options.enter ?? (ns === undefined ? [] : ["ip", "netns", "exec", ns.name]);
  const besideIt = options.apart === true && ns !== undefined ? ["ip", "netns", "exec", ns.name] : inNamespace;
  const settings: MockSettings = { sso: options.sso ?? {}, aheadMs: options.awsAheadMs ?? 0 };
  const mock = Bun.spawn(
    [...besideIt, process.execPath, join(import.meta.dir, "mock-aws-process.ts"), JSON.stringify(settings)],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const mockLine = lineReader(mock.stdout);
  const stsUrl = (await mockLine()) ?? "";
  const path = binary ?? (await builtBinary());
  const env: Record<string, string> = {
    PATH,
    HOME: join(folder, "home"),
    XDG_RUNTIME_DIR: join(folder, "run"),
    METACRED_CONFIG: file("config.toml", config),
    AWS_CONFIG_FILE: file("aws/config", `[profile corp]\nregion = eu-central-1\n${awsConfig}`),
    AWS_SHARED_CREDENTIALS_FILE: file("aws/credentials", keysOf("corp")),
    AWS_ENDPOINT_URL_STS: stsUrl,
    AWS_ENDPOINT_URL_SSO: stsUrl,
    AWS_ENDPOINT_URL_SSO_OIDC: stsUrl,
    AWS_ENDPOINT_URL_SIGNIN: stsUrl,
  };
  mkdirSync(join(folder, "home"));
  mkdirSync(join(folder, "run"));

  const run = async (argv: readonly string[], how: RunOptions = {}): Promise<Result> => {
    const child = Bun.spawn([...inNamespace, ...asUser(how.uid), ...argv], {
      env: { ...env, ...how.env },
      cwd: how.cwd ?? folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { stdout, stderr, exitCode };
  };
  const metacred: World["metacred"] = (words, options) => run([path, ...words], options);
  const daemonPid = async () => (JSON.parse((await metacred(["status", "--json"])).stdout) as { pid: number }).pid;

  return {
    folder,
    binary: path,
    env,
    stsUrl,
    file,
    metacred,
    run,
    async aws(order) {
      void mock.stdin.write(`${JSON.stringify(order)}\n`);
      await mock.stdin.flush();
      return JSON.parse((await mockLine()) ?? "0") as number;
    },
    daemonPid,
    async [Symbol.asyncDispose]() {
      const pid = options.apart === true ? undefined : await daemonPid().catch(() => undefined);
      if (pid !== undefined) {
        process.kill(pid, "SIGKILL");
        await untilTrue("the daemon has ended", () => !isAlive(pid));
      }
      mock.kill("SIGKILL");
      await mock.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function asUser(uid: number | undefined): string[] {
  return uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
}

export function keysOf(profile: string): string {
  const { accessKeyId, secretAccessKey } = DEMO_USER;
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** False for a zombie, too: in a container nobody may reap it. */
export function isAlive(pid: number): boolean {
  return processIdentity(pid) !== undefined;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
