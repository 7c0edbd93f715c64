import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { parseDurationMs } from "../../src/config/duration.ts";
import { configSchema } from "../../src/config/schema.ts";

test.each<[string, number | undefined]>([
  ["90s", 90_000],
  ["25m", 1_500_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["0s", 0],
  ["", undefined],
  ["25", undefined],
  ["m", undefined],
  ["1.5h", undefined],
  ["-5m", undefined],
  ["1d", undefined],
  ["1h 30m", undefined],
])("duration %j", (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test("an empty document gives the defaults of the contract", () => {
  expect(v.parse(configSchema, {})).toEqual({
    accounts: {},
    roles: {},
    imds: {
      enabled: true,
      port: 25_772,
      http_tokens: "required",
      advertise: 16 * 60_000,
      ipv6: false,
      server_header: false,
      hop_limit: 0,
    },
    exec: { endpoint: "loopback" },
    refresh: { early: 25 * 60_000 },
    redirect: { method: "auto", users: ["{user}"] },
    sources: {},
    containers: { enabled: false, default_role: "" },
    network: { proxy: "" },
    secrets: { store: "keychain", cache_sessions: true, share_sso_cache: false },
    notify: { desktop: true },
    log: { level: "info", format: "text" },
  });
});

test("advertise can be off", () => {
  expect(v.parse(configSchema, { imds: { advertise: "off" } }).imds.advertise).toBe("off");
});

const titled = (title: string, config: object, right: boolean): [string, object, boolean] => [title, config, right];
const role = (rest: object) => ({ roles: { dev: { role_arn: "arn:aws:iam::111122223333:role/Dev", ...rest } } });

describe("takes the edges, refuses what is beyond", () => {
  test.each<[string, object, boolean]>([
    ["duration 15m", role({ duration: "15m" }), true],
    ["duration 12h", role({ duration: "12h" }), true],
    ["duration 14m59s", role({ duration: "14m59s" }), false],
    ["duration 12h1s", role({ duration: "12h1s" }), false],
    ["early 1m", { refresh: { early: "1m" } }, true],
    ["early 59s", { refresh: { early: "59s" } }, false],
    ["hop_limit 64", { imds: { hop_limit: 64 } }, true],
    ["hop_limit 65", { imds: { hop_limit: 65 } }, false],
    ["hop_limit -1", { imds: { hop_limit: -1 } }, false],
    ["hop_limit 1.5", { imds: { hop_limit: 1.5 } }, false],
    ["containers with another key", { containers: { bridges: [] } }, false],
    ["containers.enabled as a text", { containers: { enabled: "yes" } }, false],
    ["advertise 10m", { imds: { advertise: "10m" } }, true],
    ["advertise 9m", { imds: { advertise: "9m" } }, false],
    ["port 1", { imds: { port: 1 } }, true],
    ["port 65535", { imds: { port: 65_535 } }, true],
    ["port 0", { imds: { port: 0 } }, false],
    ["port 65536", { imds: { port: 65_536 } }, false],
    ["port 80.5", { imds: { port: 80.5 } }, false],
    ["account of 12 digits", { accounts: { prod: "222233334444" } }, true],
    ["account of 11 digits", { accounts: { prod: "22223333444" } }, false],
    ["account as a number", { accounts: { prod: 222_233_334_444 } }, false],
    ...["auto", "nft", "iptables", "pf", "none"].map((method) =>
      titled(`method ${method}`, { redirect: { method } }, true),
    ),
    ...["error", "warn", "info", "debug"].map((level) => titled(`level ${level}`, { log: { level } }, true)),
    ...["text", "json"].map((format) => titled(`format ${format}`, { log: { format } }, true)),
    ["no users", { redirect: { users: [] } }, false],
    ["an empty role_arn", { roles: { dev: { role_arn: "" } } }, false],
    ["tags that are no text", role({ tags: { team: 1 } }), false],
  ])("%s", (_title, config, right) => {
    expect(v.is(configSchema, config)).toBe(right);
  });
});
