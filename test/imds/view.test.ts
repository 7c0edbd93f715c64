// What is shown depends on the view alone, and a listing never shows what is not there.
import { expect, test } from "bun:test";
import type { ImdsCaller } from "../../src/imds/message.ts";
import { createImds } from "../../src/imds/imds.ts";
import type { ImdsView } from "../../src/imds/view.ts";
import { createSession } from "./vectors.ts";
import { createWorld, directDriver, INSTANCE, TOKEN, TTL, VIEW } from "./world.ts";

function read(view: ImdsView, target: string): string | number {
  const world = createWorld({ view, httpTokens: "optional" });
  const headers = [["host", "169.254.169.254"]] as const;
  const { status, body } = world.imds(
    { method: "GET", target, version: "1.1", headers, body: new Uint8Array() },
    world.caller,
  );
  return status === 200 ? String(body) : status;
}

const { region: _region, ...NOWHERE } = VIEW;
const { accountId: _accountId, ...UNKNOWN_ACCOUNT } = { ...VIEW.role };

test.each<[string, ImdsView, Record<string, string | number>]>([
  [
    "no region",
    NOWHERE,
    {
      "meta-data/placement/region": 404,
      "meta-data/placement/availability-zone": 404,
      "meta-data/placement": 404,
      "dynamic/instance-identity/document": 404,
      dynamic: "fws/",
      "meta-data/services": "domain\npartition",
    },
  ],
  ["a zone and no region", { availabilityZone: "us-west-2b" }, { "meta-data/placement/": "availability-zone" }],
  [
    "no role and no region",
    {},
    { "meta-data/services/": 404, "meta-data/identity-credentials": 404, "meta-data/iam/security-credentials/": 404 },
  ],
  ["a region alone", { region: "cn-north-1" }, { "meta-data/services/domain": "amazonaws.com.cn" }],
  [
    "a partition",
    { role: { ...VIEW.role, partition: "aws-us-gov" } },
    { "meta-data/services/partition": "aws-us-gov", "meta-data/services/domain": "amazonaws.com" },
  ],
  [
    "an unknown partition",
    { role: { ...VIEW.role, partition: "aws-new" } },
    { "meta-data/services/domain": 404, "meta-data/services/": "partition" },
  ],
  [
    "no account",
    { ...VIEW, role: { ...UNKNOWN_ACCOUNT, accountId: undefined } },
    {
      "meta-data/iam/info": '{\n  "Code" : "Success",\n  "LastUpdated" : "2026-03-01T11:59:58Z"\n}',
      "meta-data/identity-credentials/ec2/info": 404,
      "meta-data/network/interfaces/macs/02:49:61:0f:c3:11/owner-id": 404,
    },
  ],
])("%s", (_, view, expected) => {
  const seen = Object.keys(expected).map((path) => [path, read(view, `/latest/${path}`)]);
  expect(Object.fromEntries(seen)).toEqual(expected);
});

test.each([
  ["arn:aws:iam::012345678901:role/Developer", "Developer"],
  ["arn:aws:iam::012345678901:role/a/b/Developer", "Developer"],
  ["arn:aws:sts::012345678901:assumed-role/Developer/session", "Developer"],
  ["arn:aws:iam::012345678901:user/x", "x"],
  [undefined, "metacred"],
])("the instance profile of %s is %s", (arn, name) => {
  const info = JSON.parse(String(read({ ...VIEW, role: { ...VIEW.role, arn } }, "/latest/meta-data/iam/info")));
  expect(info.InstanceProfileArn).toBe(`arn:aws:iam::012345678901:instance-profile/${name}`);
});

test("names of JavaScript's own are no paths", () => {
  for (const name of ["constructor", "__proto__", "hasOwnProperty", "toString"]) {
    expect([read(VIEW, `/${name}`), read(VIEW, `/latest/meta-data/${name}`)]).toEqual([404, 404]);
  }
});

test("headers follow the document and the token from answer to answer", async () => {
  const world = createWorld();
  const { ask, token } = createSession(world, directDriver(world));
  const tokens = [await token("60"), await token("300")];
  const seen: (string | undefined)[][] = [];
  for (const each of tokens) {
    for (const target of ["instance-id", "iam/security-credentials/metacred", "instance-id"]) {
      const { header } = await ask(`GET /latest/meta-data/${target}`, [[TOKEN, each]]);
      seen.push([header(TTL), header("last-modified")?.slice(17, 25)]);
    }
  }
  const [start, obtained] = ["12:00:00", "11:59:58"];
  expect(seen).toEqual([
    ["60", start],
    ["60", obtained],
    ["60", start],
    ["300", start],
    ["300", obtained],
    ["300", start],
  ]);
});

test("the account may become known after the credentials", () => {
  const world = createWorld({
    view: { ...VIEW, role: { ...UNKNOWN_ACCOUNT, accountId: undefined } },
    httpTokens: "optional",
  });
  const headers = [["host", "169.254.169.254"]] as const;
  const target = "/latest/meta-data/iam/security-credentials-extended/metacred";
  const account = () => {
    const { body } = world.imds(
      { method: "GET", target, version: "1.1", headers, body: new Uint8Array() },
      world.caller,
    );
    return JSON.parse(String(body)).AccountId;
  };
  const before = account();
  world.view = VIEW;
  expect([before, account()]).toEqual([undefined, "012345678901"]);
});

test("a view may depend on the caller, and shows in the next request", () => {
  type Caller = ImdsCaller & { role: string };
  const world = createWorld();
  const imds = createImds<Caller>({
    view: ({ role }) => ({ ...VIEW, credentials: { ...VIEW.credentials, accessKeyId: role } }),
    now: () => world.clock.now(),
    monotonicMs: () => 0,
    key: new Uint8Array(32),
    httpTokens: "optional",
    enabled: true,
    port: 1,
    uids: "*",
    instance: INSTANCE,
  });
  const target = "/latest/meta-data/iam/security-credentials/metacred";
  const request = {
    method: "GET",
    target,
    version: "1.1",
    headers: [["host", "localhost"]],
    body: new Uint8Array(),
  } as const;
  const keys = ["a", "b", "b", "a"].map((role) => {
    const { body } = imds(request, { ...world.caller, role });
    return JSON.parse(String(body)).AccessKeyId;
  });
  expect(keys).toEqual(["a", "b", "b", "a"]);
});
