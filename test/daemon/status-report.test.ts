import { describe, expect, test } from "bun:test";
import { type ReportInput, statusReport } from "../../src/daemon/status-report.ts";
import type { BaseSpec } from "../../src/roles/role-spec.ts";
import { CORP } from "../sso/sso-scene.ts";
import { NOW, ROLE_ARN, configOf, liveSession, roleSpec, sessionState } from "./fakes.ts";

const input = (change: Partial<ReportInput> = {}): ReportInput => ({
  pid: 4711,
  startedAt: NOW,
  now: new Date("2026-01-01T00:10:00Z"),
  config: configOf(),
  served: {
    spec: roleSpec(),
    session: liveSession(),
    state: sessionState({ nextRefreshAt: new Date("2026-01-01T00:35:00Z"), limitedByUpstream: true }),
  },
  previousName: "ops",
  lease: { role: "dev", until: new Date("2026-01-01T00:30:00Z"), backTo: "ops" },
  isProtected: false,
  recent: ["dev", "ops"],
  port: 25_772,
  ipv6: false,
  redirect: { method: () => "nft", rootPart: () => "running" },
  health: { healthy: true, checkedAt: NOW },
  refusals: { host: 2 },
  lastRefusal: { reason: "host", uid: undefined, isContainer: false, at: NOW },
  containers: undefined,
  clockSkewMs: undefined,
  ...change,
});

test("serving: real expiry beside the advertised one", () => {
  expect(statusReport(input())).toEqual({
    schema: 1,
    version: "0.0.0-dev",
    pid: 4711,
    started_at: "2026-01-01T00:00:00.000Z",
    state: "serving",
    role: {
      name: "dev",
      arn: ROLE_ARN,
      account_id: "111122223333",
      region: "eu-central-1",
      obtained_at: "2026-01-01T00:00:00.000Z",
      expiration: "2026-01-01T01:00:00.000Z",
      advertised_expiration: "2026-01-01T00:26:00.000Z",
      next_refresh_at: "2026-01-01T00:35:00.000Z",
      limited_by_upstream: true,
      protected: false,
    },
    previous_role: "ops",
    temporary: { until: "2026-01-01T00:30:00.000Z", back_to: "ops" },
    recent_roles: ["dev", "ops"],
    base: "profile corp",
    endpoints: { imds: "http://169.254.169.254/", imds_ipv6: null, endpoint: "http://127.0.0.1:25772/" },
    redirect: { method: "nft", healthy: true, checked_at: "2026-01-01T00:00:00.000Z", root_part: "running" },
    refusals: { host: 2 },
    last_refusal: { reason: "host", uid: null, container: false, at: "2026-01-01T00:00:00.000Z" },
    containers: null,
    last_error: null,
    needs: null,
    notes: [],
    clock_skew_seconds: null,
  });
});

test("a clock that is an hour off, and a role that only a person can renew", () => {
  const needs = { kind: "mfa", device: "D" } as const;
  const lastError = { message: "a code is needed", hint: "metacred use dev", exit: 4, needs, at: NOW };
  const served = { spec: roleSpec(), session: liveSession(), state: sessionState({ lastError }) };
  const clockSkewMs = -3_600_400;
  expect(statusReport(input({ served, clockSkewMs }))).toMatchObject({
    state: "serving",
    needs,
    clock_skew_seconds: -3600,
  });
  const nothing = { ...served, session: undefined };
  expect(statusReport(input({ served: nothing }))).toMatchObject({
    state: "needs-mfa",
    needs,
    last_error: { hint: "metacred login" },
  });
});

test("sessions that are shorter than refresh.early", () => {
  const session = { ...liveSession(), expiration: new Date(NOW.getTime() + 15 * 60_000), notices: ["n"] };
  expect(statusReport(input({ served: { spec: roleSpec(), session, state: undefined } })).notes).toEqual([
    "n",
    'sessions of "dev" last 15m: renewed with 10m left, not refresh.early (25m)',
  ]);
});

test("idle", () => {
  expect(statusReport(input({ served: undefined, previousName: undefined }))).toMatchObject({
    state: "idle",
    role: null,
    base: null,
    previous_role: null,
    last_error: null,
  });
});

test("waiting, and why", () => {
  const lastError = { message: "no network", hint: undefined, exit: 1, at: NOW };
  const served = { spec: roleSpec({ region: undefined }), session: undefined, state: sessionState({ lastError }) };
  expect(statusReport(input({ served }))).toMatchObject({
    state: "waiting",
    role: { region: null, obtained_at: null, expiration: null, advertised_expiration: null, next_refresh_at: null },
    last_error: { message: "no network", hint: null, exit: 1, at: "2026-01-01T00:00:00.000Z" },
  });
});

test.each<[string, BaseSpec, "needs-login" | "waiting"]>([
  ["SSO", { kind: "sso", session: CORP, word: "corp", accountId: "1", roleName: "Dev" }, "needs-login"],
  ["aws login", { kind: "profile", profile: "p", identity: "i", login: true }, "needs-login"],
  ["keys of a profile", { kind: "profile", profile: "p", identity: "i" }, "waiting"],
])("somebody has to do something, and the base is %s", (_title, base, state) => {
  const lastError = { message: "it has ended", hint: undefined, exit: 4, at: NOW };
  const served = { spec: roleSpec({ base }), session: undefined, state: sessionState({ lastError }) };
  expect(statusReport(input({ served })).state).toBe(state);
});

test("endpoint mode has no address of EC2", () => {
  const report = statusReport(
    input({
      redirect: { method: () => "none", rootPart: () => null },
      health: { healthy: true, checkedAt: undefined },
    }),
  );
  expect(report.endpoints).toEqual({ imds: null, imds_ipv6: null, endpoint: "http://127.0.0.1:25772/" });
  expect(report.redirect).toEqual({ method: "none", healthy: true, checked_at: null, root_part: null });
});

describe("never a secret", () => {
  test("of a served session", () => {
    expect(JSON.stringify(statusReport(input()))).not.toMatch(/"s"|"t"|ASIA/);
  });
});
