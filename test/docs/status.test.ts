// docs/status.md beside the type of the answer, and beside the answer of a daemon.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Status } from "../../src/daemon/protocol.ts";
import { SAMPLE_ROLE } from "../support/sample-status.ts";
import { freePort, testWorld } from "../support/world.ts";

type Leaf = string | number | boolean | readonly unknown[];
type Whole<Type> = Type extends Leaf ? Type : { [Key in keyof Type]-?: Whole<NonNullable<Type[Key]>> };

// Everything there is at once, which no daemon says; a new field of the type has to be added here.
const WHOLE: Whole<Omit<Status, "refusals">> & Pick<Status, "refusals"> = {
  schema: 1,
  version: "0.1.0",
  pid: 4711,
  started_at: "2026-01-01T00:00:00.000Z",
  state: "serving",
  role: {
    ...SAMPLE_ROLE,
    arn: "arn:aws:iam::111122223333:role/Developer",
    account_id: "1",
    region: "eu-central-1",
    obtained_at: "",
    expiration: "",
    advertised_expiration: "",
    next_refresh_at: "",
  },
  previous_role: "qa",
  temporary: { until: "2026-01-01T00:30:00.000Z", back_to: "qa" },
  recent_roles: ["dev", "qa"],
  base: "profile corp",
  endpoints: { imds: "http://169.254.169.254/", imds_ipv6: "http://[fd00:ec2::254]/", endpoint: "http://127.0.0.1:1/" },
  redirect: { method: "nft", healthy: true, checked_at: "2026-01-01T00:00:03.000Z", root_part: "running" },
  refusals: {},
  last_refusal: { reason: "host", uid: 1000, container: false, at: "2026-01-01T00:00:00.000Z" },
  containers: { role: "dev", expiration: "2026-01-01T01:00:00.000Z", last_error: "", addresses: [] },
  last_error: { message: "", hint: "", at: "2026-01-01T00:00:00.000Z", exit: 1 },
  needs: { kind: "mfa", device: "" },
  notes: [],
  clock_skew_seconds: 0,
};

/** `a`, `b.c`: every field, those of an object with its name before them, in any order. */
function fieldsOf(value: unknown, before = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [before];
  const within = Object.entries(value).flatMap(([name, one]) =>
    fieldsOf(one, before === "" ? name : `${before}.${name}`),
  );
  return before === "" ? within : [before, ...within];
}

async function documented(): Promise<string[]> {
  const text = await Bun.file(join(import.meta.dir, "../../docs/status.md")).text();
  return [...text.matchAll(/^\| `([\w.]+)` \|/gm)].map((match) => match[1] ?? "").toSorted();
}

test("every field, and no other", async () => {
  expect(await documented()).toEqual(fieldsOf(WHOLE).toSorted());
});

test("of a daemon", async () => {
  await using world = await testWorld();
  await world.metacred(["serve", "--role", "dev", "--no-redirect", "--background", "--port", `${freePort()}`]);
  await world.metacred(["use", "dev", "--for", "30m"]);
  const fields = fieldsOf(JSON.parse((await world.metacred(["status", "--json"])).stdout));
  expect(fields).toContain("role.next_refresh_at");
  const known = await documented();
  expect(fields.filter((field) => !known.includes(field))).toEqual([]);
});
