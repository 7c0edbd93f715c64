// A proxy in the environment: which addresses must not go there, and what that keeps from the role.
import { expect, test } from "bun:test";
import type { DoctorFacts } from "../../src/daemon/doctor-findings.ts";
import { shellFindings } from "../../src/daemon/doctor-shell.ts";
import { sampleStatus } from "../support/sample-status.ts";

const WELL: DoctorFacts = {
  env: {},
  status: sampleStatus(),
  broken: [],
  defaultProfile: undefined,
  foreign: undefined,
  foreignRules: [],
  alias: true,
  agent: undefined,
  portHolder: undefined,
  port: 25_772,
  loose: [],
  stale: [],
  skewMs: 0,
  keychain: undefined,
  sudoFrom: undefined,
  lacks: undefined,
};
const ENDPOINT = sampleStatus({ redirect: { method: "none", healthy: true, checked_at: null } });

type Told = [level: string, host: string];

test.each<[string, string, Partial<DoctorFacts>, Told[]]>([
  ["loopback", "", {}, [["error", "169.254.169.254"]]],
  ["loopback", "169.254.169.254", {}, []],
  ["ecs", "169.254.169.254", { agent: "169.254.170.2" }, [["warning", "169.254.170.2"]]],
  ["ecs", "169.254.169.254, 169.254.170.2", { agent: "169.254.170.2" }, []],
  ["ecs", "*", { agent: "169.254.170.2" }, []],
  [
    "eks",
    "169.254.170.2",
    { agent: "169.254.170.23" },
    [
      ["error", "169.254.169.254"],
      ["warning", "169.254.170.23"],
    ],
  ],
  ["ecs, in endpoint mode", "", { agent: "169.254.170.2", status: ENDPOINT }, [["error", "127.0.0.1"]]],
  [
    "ecs, without a daemon",
    "169.254.169.254",
    { agent: "169.254.170.2", status: undefined },
    [["warning", "169.254.170.2"]],
  ],
])("exec endpoint %s, NO_PROXY=%s", (_, direct, change, told) => {
  const found = shellFindings({ ...WELL, ...change, env: { HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: direct } });
  expect(found.map(({ id, level, fix }) => [id, level, fix])).toEqual(
    told.map(([level, host]) => ["proxy", level, `export NO_PROXY=\${NO_PROXY:+$NO_PROXY,}${host}`]),
  );
  for (const [index, [, host]] of told.entries())
    expect(found[index]?.message).toContain(`NO_PROXY does not name ${host}`);
});
