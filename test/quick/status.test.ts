import { describe, expect, test } from "bun:test";
import type { Status } from "../../src/daemon/protocol.ts";
import { fillFormat, lifeBar, renderStatus } from "../../src/quick/status.ts";
import { SAMPLE_ROLE, sampleStatus } from "../support/sample-status.ts";
import { desk } from "./command.ts";

const NOW = new Date("2026-01-01T00:10:00Z");
const IDLE: Partial<Status> = { state: "idle", role: null, base: null };
const UNHEALTHY: Partial<Status> = { redirect: { method: "nft", healthy: false, checked_at: null } };
const WAITING: Partial<Status> = {
  state: "waiting",
  role: { ...SAMPLE_ROLE, expiration: null, advertised_expiration: null, next_refresh_at: null, obtained_at: null },
  last_error: { message: 'the SSO session "acme" has expired', hint: "aws sso login", at: NOW.toISOString(), exit: 4 },
};

describe("for prompts", () => {
  test.each<[string, Partial<Status> | undefined, string]>([
    ["{role} {account} {expires_in} {state}", {}, "dev 111122223333 50m serving"],
    ["{role}|{account}|{expires_in}|{state}", undefined, "|||stopped"],
    ["{role}|{account}|{expires_in}|{state}", IDLE, "|||idle"],
    ["{expires_in}|{state}", WAITING, "|waiting"],
    ["{state}", UNHEALTHY, "unreachable"],
    ["{role}{role} {unknown} {} {constructor} {", {}, "devdev {unknown} {} {constructor} {"],
    ["{{role}} {toString} {role", {}, "{dev} {toString} {role"],
  ])("%s of %j", (format, change, filled) => {
    expect(fillFormat(format, change && sampleStatus(change), NOW)).toBe(filled);
  });
});

describe("for people", () => {
  test("all is well", () => {
    expect(renderStatus(sampleStatus(), NOW)).toBe(`role             dev
arn              arn:aws:iam::111122223333:role/Developer
account          111122223333
region           eu-central-1
expires          2026-01-01T01:00:00Z (50m left)
                 [#################---]
told to clients  2026-01-01T00:16:00Z
next refresh     2026-01-01T00:35:00Z (in 25m)
base             profile corp
endpoint         http://169.254.169.254/
redirect         nft, checked
daemon           0.0.0-dev, pid 4711, since 2026-01-01T00:00:00Z
`);
  });

  test("nothing is served", () => {
    expect(renderStatus(sampleStatus(IDLE), NOW)).toMatch(/^role +none \(metacred use ROLE\)\nendpoint /);
  });

  test.each<[string, Partial<Status>, RegExp]>([
    [
      "what to do about the last error",
      WAITING,
      /last error +the SSO session "acme" has expired \(2026-01-01T00:10:00Z\)\n +try: aws sso login\n$/,
    ],
    ["that a role has no credentials", WAITING, /^role +dev\nstate +waiting: no credentials are served\narn /],
    [
      "what a person has to do",
      { ...WAITING, state: "needs-login" },
      /\nstate +needs-login: no credentials are served\n/,
    ],
    ["a redirect that does not work", UNHEALTHY, /redirect +nft: requests do not arrive\n/],
    [
      "an expiry that is past",
      { role: { ...SAMPLE_ROLE, expiration: "2026-01-01T00:00:00Z" } },
      /expires +\S+ \(expired\)\n/,
    ],
    [
      "a refresh that is due",
      { role: { ...SAMPLE_ROLE, next_refresh_at: "2026-01-01T00:00:00Z" } },
      /next refresh +\S+ \(now\)\n/,
    ],
    [
      "an upstream that repeats itself",
      { role: { ...SAMPLE_ROLE, limited_by_upstream: true } },
      /\(in 25m\), limited by upstream\n/,
    ],
    [
      "an expiry and a refresh a moment before the whole minute: only what lasts is rounded down",
      { role: { ...SAMPLE_ROLE, expiration: "2026-01-01T00:59:59Z", next_refresh_at: "2026-01-01T00:34:59Z" } },
      /\(49m left\)[^]*\(in 25m\)/,
    ],
    ["a protected role", { role: { ...SAMPLE_ROLE, protected: true } }, /^role +dev \(protected\)\n/],
    [
      "a switch for a time",
      { temporary: { until: "2026-01-01T00:29:58Z", back_to: "ops" } },
      /^role +dev\nback to +ops in 20m\n/,
    ],
    [
      "a switch for a time that leads to none and is over",
      { temporary: { until: "2026-01-01T00:10:00Z", back_to: "none" } },
      /back to +no role now\n/,
    ],
    [
      "the last refusal",
      { last_refusal: { reason: "host", uid: 1001, at: "2026-01-01T00:00:00Z" } },
      /last refused +host, uid 1001 \(2026-01-01T00:00:00Z\)\n/,
    ],
    [
      "a container's refusal",
      { last_refusal: { reason: "host", uid: null, container: true, at: "2026-01-01T00:00:00.000Z" } },
      /last refused +host, a container \(/,
    ],
    [
      "containers' role",
      {
        containers: { role: "ro", expiration: "2026-01-01T01:00:00.000Z", last_error: null, addresses: ["172.17.0.1"] },
      },
      /containers +ro, at 172\.17\.0\.1\n/,
    ],
    [
      "containers' role without credentials",
      { containers: { role: "ro", expiration: null, last_error: "AWS refused", addresses: [] } },
      /containers +ro, no credentials \(AWS refused\), no bridge of Docker's is there\n/,
    ],
    ["one kind of refusal", { refusals: { host: 2 } }, /refused +2 by host\n/],
    ["a region that is not known", { role: { ...SAMPLE_ROLE, region: null } }, /region +unknown: set region/],
    [
      "an ARN that is not known",
      { role: { ...SAMPLE_ROLE, arn: null, account_id: null } },
      /arn +unknown\naccount +unknown\n/,
    ],
    ["refusals", { refusals: { host: 2, uid: 1 } }, /refused +2 by host, 1 by uid\n/],
    [
      "endpoint mode",
      {
        redirect: { method: "none", healthy: true, checked_at: null },
        endpoints: { imds: null, endpoint: "http://127.0.0.1:1/" },
      },
      /endpoint +http:\/\/127\.0\.0\.1:1\/\nredirect +none \(endpoint mode\)\n +export AWS_EC2_METADATA_SERVICE_ENDPOINT=http:\/\/127\.0\.0\.1:1\/\n/,
    ],
    [
      "a dead port in endpoint mode",
      { redirect: { method: "none", healthy: false, checked_at: null } },
      /redirect +none: the port does not answer\n/,
    ],
  ])("%s", (_title, change, words) => {
    expect(renderStatus(sampleStatus(change), NOW)).toMatch(words);
  });
});

test.each([
  ["2026-01-01T00:00:00Z", "[####################]"],
  ["2026-01-01T00:30:00Z", "[##########----------]"],
  ["2026-01-01T00:59:59Z", "[#-------------------]"],
  ["2026-01-01T01:00:00Z", "[--------------------]"],
  ["2025-12-31T23:00:00Z", "[####################]"],
])("the bar at %s", (now, bar) => {
  expect(lifeBar("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", new Date(now))).toBe(bar);
});

test("an older daemon, which knows no switches for a time, is shown as well", () => {
  const { temporary: _temporary, last_refusal: _refusal, recent_roles: _recent, ...older } = sampleStatus();
  expect(renderStatus(older as Status, NOW)).toMatch(/^role +dev\narn /);
});

describe("as a command", () => {
  test("--json is the daemon's own", async () => {
    await using it = desk({ status: async () => sampleStatus() });
    const { stdout, stderr, exitCode } = await it.metacred("status", "--json");
    expect([JSON.parse(stdout), stderr, exitCode]).toEqual([sampleStatus(), "", 0]);
  });

  test("on stdout, for people", async () => {
    await using it = desk({ status: async () => sampleStatus() });
    const { stdout, stderr, exitCode } = await it.metacred("status");
    expect([stdout.split("\n")[0], stderr, exitCode]).toEqual(["role             dev", "", 0]);
  });

  test.each<[string, Partial<Status>, number, string]>([
    ["serving", {}, 0, ""],
    ["idle", IDLE, 1, "metacred: no role is served\n  try: metacred use ROLE\n"],
    [
      "waiting, nobody knows why",
      { ...WAITING, last_error: null },
      1,
      "metacred: there are no valid credentials\n  try: metacred status\n",
    ],
    ["waiting", WAITING, 1, 'metacred: the SSO session "acme" has expired\n  try: aws sso login\n'],
    [
      "unreachable",
      UNHEALTHY,
      1,
      "metacred: requests to the metadata service do not reach metacred\n  try: metacred status\n",
    ],
  ])("--check of a daemon that is %s", async (_title, change, exitCode, stderr) => {
    await using it = desk({ status: async () => sampleStatus(change) });
    expect(await it.metacred("status", "--check")).toEqual({ stdout: "", stderr, exitCode });
    expect(await it.metacred("status", "--check", "--format", "{role}")).toMatchObject({ stderr: "", exitCode });
    expect(await it.metacred("status", "--check", "--json")).toMatchObject({ stderr: "", exitCode });
  });

  test("without a daemon: exit 3, but a prompt is not spoilt", async () => {
    await using it = desk();
    const stderr = "metacred: metacred is not running\n  try: metacred serve --background\n";
    expect(await it.metacred("status")).toEqual({ stdout: "", stderr, exitCode: 3 });
    expect(await it.metacred("status", "--check")).toEqual({ stdout: "", stderr, exitCode: 3 });
    expect(await it.metacred("status", "--format", "[{state}]")).toEqual({
      stdout: "[stopped]\n",
      stderr: "",
      exitCode: 0,
    });
    expect((await it.metacred("status", "--format", "[{state}]", "--check")).exitCode).toBe(3);
  });
});
