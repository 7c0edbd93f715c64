// Brokers over HTTP, kind and unkind ones.
import { describe, expect, test } from "bun:test";
import { credentials } from "../../src/aws/credentials.ts";
import { createOutbound } from "../../src/aws/outbound.ts";
import type { BrokerConfig } from "../../src/config/schema.ts";
import type { MockBroker } from "../../src/demo/broker-service.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { type SecretStore, lockedError, memoryStore } from "../../src/secrets/secret-store.ts";
import { addHeader, addKeys } from "../../src/secrets/user-keys.ts";
import { brokerRoleNames, fromBroker } from "../../src/sources/broker.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { certificate } from "../support/certificate.ts";

const DEVELOPER = { role: "Developer", arn: DEMO_ROLES.developer };
const READ_ONLY = { role: "ReadOnly", arn: DEMO_ROLES.readOnly };
const IMDS: MockBroker = { offers: [DEVELOPER] };
const SEVERAL: MockBroker = { offers: [DEVELOPER, READ_ONLY] };
const ACCOUNTS: MockBroker = {
  offers: [
    { account: "dev team", ...DEVELOPER },
    { account: "prod", ...READ_ONLY },
  ],
};

type Wanted = {
  account?: string;
  role?: string;
  settings?: Partial<BrokerConfig>;
  env?: Record<string, string>;
  secrets?: SecretStore;
};

function fetchFrom(url: string, { settings, env = {}, secrets = memoryStore(), ...wanted }: Wanted = {}) {
  const deps = { env, send: createOutbound({ env }), clock: systemClock, secrets };
  return fromBroker({ source: "afp", settings: { url, ...settings }, ...wanted }, deps);
}

function namesOf(url: string) {
  const deps = { env: {}, send: createOutbound({ env: {} }), clock: systemClock, secrets: memoryStore() };
  return brokerRoleNames({ source: "afp", settings: { url } }, deps);
}

type Failure = { message: string; exit: number; hint?: string; again?: { gone?: boolean; afterMs?: number } };
const failing = async (task: Promise<unknown>): Promise<Failure> => {
  const outcome = await task.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error("did not fail");
  const { message, exit, hint, again } = outcome as Failure;
  return { message, exit, ...(hint === undefined ? {} : { hint }), ...(again === undefined ? {} : { again }) };
};

describe("what a broker offers", () => {
  test("shaped like a metadata service, one role", async () => {
    await using aws = startMockAws({ broker: IMDS });
    const session = await fetchFrom(aws.url);
    expect(session.credentials.accessKeyId).toStartWith("ASIA");
    expect(session.expiration?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  });

  test("a path in its address, with a slash at the end", async () => {
    const asked: string[] = [];
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: ({ method, url }) => {
        asked.push(`${method} ${new URL(url).pathname}`);
        return new Response("", { status: 404 });
      },
    });
    await failing(fetchFrom(`${server.url.href}base/`, { role: "R" }));
    expect(asked[1]).toBe("GET /base/latest/meta-data/iam/security-credentials/R");
  });

  test("one that wants tokens, as IMDSv2 does", async () => {
    await using aws = startMockAws({ broker: { ...IMDS, requiresToken: true } });
    expect((await fetchFrom(aws.url)).credentials.sessionToken).toBeString();
    expect(aws.calls[0]).toMatchObject({ action: "BrokerToken", outcome: "ok" });
  });

  test("several roles: each by its name; without a name they are listed", async () => {
    await using aws = startMockAws({ broker: SEVERAL });
    await fetchFrom(aws.url, { role: "ReadOnly" });
    expect(await failing(fetchFrom(aws.url))).toEqual({
      message: 'the broker "afp" offers several roles: afp/Developer, afp/ReadOnly',
      hint: "metacred use afp/Developer",
      exit: 1,
    });
    expect(await namesOf(aws.url)).toEqual(["afp/Developer", "afp/ReadOnly"]);
  });

  test("accounts and roles; odd names are encoded", async () => {
    const odd = { account: "dev+team", ...DEVELOPER };
    await using aws = startMockAws({ broker: { offers: [odd] } });
    aws.answerNext("BrokerCredentials", { status: 200, headers: {}, body: document() });
    await fetchFrom(aws.url, { account: "dev+team", role: "Developer" });
    expect(aws.calls.map(({ parameters }) => parameters["path"])).toEqual([
      "/account/dev%2Bteam/Developer/credentials",
    ]);
    expect(await namesOf(aws.url)).toEqual(["afp/dev+team/Developer"]);
  });

  test("accounts and roles, only one of them: without a name", async () => {
    await using aws = startMockAws({ broker: { offers: [{ account: "prod", ...READ_ONLY }] } });
    expect((await fetchFrom(aws.url)).credentials.accessKeyId).toStartWith("ASIA");
  });

  test("accounts with ids beside", async () => {
    await using aws = startMockAws({ broker: ACCOUNTS });
    const body = JSON.stringify({ prod: { id: "222233334444", roles: ["ReadOnly", "Admin"] } });
    aws.answerNext("BrokerAccounts", { status: 200, headers: {}, body });
    expect(await namesOf(aws.url)).toEqual(["afp/prod/ReadOnly", "afp/prod/Admin"]);
  });
});

test.each([
  ["an account's name", { "prod\u001B[2J": ["ReadOnly"] }],
  ["a role's name", { prod: ["ReadOnly\nafp/prod/Admin"] }],
])("%s that would steer a terminal is no list", async (_title, offered) => {
  await using aws = startMockAws({ broker: ACCOUNTS });
  aws.answerNext("BrokerAccounts", { status: 200, headers: {}, body: JSON.stringify(offered) });
  expect((await failing(namesOf(aws.url))).message).toEndWith("instead of a list of roles to /account");
});

describe("what is taken away upstream", () => {
  test.each<[string, MockBroker, Wanted]>([
    ["a role", { offers: [READ_ONLY] }, { role: "Developer" }],
    ["a role of an account", { offers: [{ account: "prod", ...READ_ONLY }] }, { account: "prod", role: "Developer" }],
  ])("%s is gone for certain where the list is without it", async (_title, broker, wanted) => {
    await using aws = startMockAws({ broker });
    const failure = await failing(fetchFrom(aws.url, wanted));
    expect(failure.message).toMatch(/^the broker "afp" does not offer (prod\/)?Developer$/);
    expect(failure.again).toEqual({ gone: true });
  });

  // As alppaca answers for a role that it does not know.
  test("an empty 200 and a list without it, too", async () => {
    await using aws = startMockAws({ broker: { offers: [READ_ONLY] } });
    aws.answerNext("BrokerCredentials", { status: 200, headers: {}, body: "" });
    expect((await failing(fetchFrom(aws.url, { role: "Developer" }))).again).toEqual({ gone: true });
  });

  test.each<[string, string, number, string]>([
    ["an empty list", "BrokerRoles", 200, ""],
    ["a list that cannot be had", "BrokerRoles", 500, "oops"],
    ["a list that is HTML", "BrokerRoles", 200, "<html>"],
  ])("but not by %s", async (_title, action, status, body) => {
    await using aws = startMockAws({ broker: { offers: [READ_ONLY] } });
    aws.answerNext(action, { status, headers: {}, body });
    expect((await failing(fetchFrom(aws.url, { role: "Developer" }))).again).toBeUndefined();
  });
});

const good = {
  Code: "Success",
  AccessKeyId: "ASIAX",
  SecretAccessKey: "very-secret",
  Token: "token",
  Expiration: "2099-01-01T00:00:00Z",
};
function document(change: object = {}): string {
  return JSON.stringify({ ...good, ...change });
}

describe("documents", () => {
  test.each<[string, string]>([
    ["without a code", document({ Code: undefined })],
    ["a fraction of a second", document({ Expiration: "2099-01-01T00:00:00.123Z" })],
    ["more than is known", document({ Type: "AWS-HMAC", LastUpdated: "x", ConsoleUrl: "y" })],
  ])("taken: %s", async (_title, body) => {
    await using aws = startMockAws({ broker: IMDS });
    aws.answerNext("BrokerCredentials", { status: 200, headers: {}, body });
    expect((await fetchFrom(aws.url, { role: "Developer" })).credentials.accessKeyId).toBe("ASIAX");
  });

  test.each<[string, string, string]>([
    ["HTML", "<!doctype html><title>very-secret", "answered HTML instead of credentials"],
    ["an empty body", "", "answered nothing instead of credentials"],
    ["white space", " \n", "answered nothing instead of credentials"],
    ["no secret", document({ SecretAccessKey: undefined }), "answered incomplete JSON instead of credentials"],
    ["an empty key", document({ AccessKeyId: "" }), "answered incomplete JSON instead of credentials"],
    ["null for a token", document({ Token: null }), "answered incomplete JSON instead of credentials"],
    ["no expiry", document({ Expiration: undefined }), "answered incomplete JSON instead of credentials"],
    ["an expiry without a zone", document({ Expiration: "2099-01-01T00:00:00" }), "answered incomplete JSON"],
    ["an expiry that is no date", document({ Expiration: "2099-99-01T00:00:00Z" }), "answered incomplete JSON"],
    ["another shape", `{"credentials":{"access_key":"very-secret"}}`, "answered incomplete JSON"],
    ["a list", `["very-secret"]`, "answered something else instead of credentials"],
    ["a refusal", `{"Code":"AssumeRoleUnauthorizedAccess"}`, "refused with AssumeRoleUnauthorizedAccess"],
    ["expired", document({ Expiration: "2020-01-01T00:00:00Z" }), "that expired at 2020-01-01T00:00:00.000Z"],
  ])("an error: %s", async (_title, body, message) => {
    await using aws = startMockAws({ broker: IMDS });
    aws.answerNext("BrokerCredentials", { status: 200, headers: {}, body });
    const failure = await failing(fetchFrom(aws.url, { role: "Developer" }));
    expect(failure.message).toContain(`the broker "afp" `);
    expect(failure.message).toContain(message);
    expect(failure.again).toBeUndefined();
    expect(JSON.stringify(failure)).not.toContain("very-secret");
  });

  test("10 MB: given up after one", async () => {
    let sent = 0;
    const megabyte = new Uint8Array(1024 * 1024).fill(32);
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              if (sent++ === 10) controller.close();
              else controller.enqueue(megabyte);
            },
          }),
        ),
    });
    const { message } = await failing(fetchFrom(server.url.href, { role: "R" }));
    expect(message).toMatch(/^the broker "afp" cannot be asked: .* answered with more than 1 MiB$/);
  });
});

describe("unkind brokers", () => {
  test("a redirect to another host is named and not followed", async () => {
    let followed = 0;
    using elsewhere = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(`${++followed}`) });
    await using aws = startMockAws({ broker: IMDS });
    const Location = `${elsewhere.url.href}path`;
    aws.answerNext("BrokerCredentials", { status: 302, headers: { Location }, body: "" });
    const { message } = await failing(fetchFrom(aws.url, { role: "Developer" }));
    expect(message).toBe(`the broker "afp" sends on to ${elsewhere.url.host}, which is not followed`);
    expect(followed).toBe(0);
  });

  test("neither shape", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("", { status: 404 }) });
    expect((await failing(fetchFrom(server.url.href))).message).toBe(
      'the broker "afp" knows neither /latest/meta-data/iam/security-credentials/ nor /account',
    );
  });

  test("HTML for everything", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("<html>sign in</html>") });
    expect((await failing(fetchFrom(server.url.href))).message).toBe(
      'the broker "afp" answered HTML instead of a list of roles to /latest/meta-data/iam/security-credentials/',
    );
  });

  test("429 with Retry-After", async () => {
    await using aws = startMockAws({ broker: IMDS });
    aws.answerNext("BrokerCredentials", { status: 429, headers: { "Retry-After": "90" }, body: "" });
    expect(await failing(fetchFrom(aws.url, { role: "Developer" }))).toMatchObject({ again: { afterMs: 90_000 } });
  });

  test("nobody listens there", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const { port } = server;
    await server.stop(true);
    const { message, hint } = await failing(fetchFrom(`http://127.0.0.1:${port}`));
    expect(message).toStartWith('the broker "afp" cannot be asked: ');
    expect(hint).toBe(`check 127.0.0.1:${port} and HTTPS_PROXY`);
  });
});

describe("who asks", () => {
  const broker = { ...IMDS, header: { name: "authorization", value: "Bearer very-secret" } };

  test.each<[string, BrokerConfig["headers"]]>([
    ["as it stands", { Authorization: "Bearer very-secret" }],
    ["of a variable", { Authorization: { env: "AFP" } }],
  ])("a header %s", async (_title, headers) => {
    await using aws = startMockAws({ broker });
    const settings = { headers };
    await fetchFrom(aws.url, { role: "Developer", settings, env: { AFP: "Bearer very-secret\n" } });
  });

  test("of a file, read anew each time", async () => {
    await using aws = startMockAws({ broker });
    using folder = scratchFolder();
    const file = folder.file("header", "old");
    const wanted = { role: "Developer", settings: { headers: { Authorization: { file } } } };
    expect((await failing(fetchFrom(aws.url, wanted))).exit).toBe(4);
    folder.file("header", "Bearer very-secret\n");
    await fetchFrom(aws.url, wanted);
  });

  test("of the keychain, which may be replaced, and may be locked", async () => {
    await using aws = startMockAws({ broker });
    using folder = scratchFolder();
    const secrets = memoryStore();
    const wanted = { role: "Developer", settings: { headers: { Authorization: { keychain: "afp" } } }, secrets };
    expect(await failing(fetchFrom(aws.url, wanted))).toEqual({
      message: 'the header Authorization of the broker "afp" has no value: no "afp" is in the keychain',
      hint: "metacred keys add afp --header",
      exit: 4,
    });
    await addHeader("afp", "old", secrets, folder.path);
    expect((await failing(fetchFrom(aws.url, wanted))).message).toContain("answered 401");
    await addHeader("afp", "Bearer very-secret", secrets, folder.path);
    await fetchFrom(aws.url, wanted);
    const locked = { ...secrets, get: () => Promise.reject(lockedError("is locked")) };
    expect(await failing(fetchFrom(aws.url, { ...wanted, secrets: locked }))).toMatchObject({
      message: "the keychain is locked",
      exit: 4,
    });
  });

  test("keys of a user are no header", async () => {
    using folder = scratchFolder();
    const secrets = memoryStore();
    const keys = { accessKeyId: "AKIA", secretAccessKey: "very-secret", sessionToken: undefined };
    await addKeys("afp", credentials(keys), secrets, folder.path);
    const settings = { headers: { Authorization: { keychain: "afp" } } };
    expect((await failing(fetchFrom("http://127.0.0.1:9", { settings, secrets }))).message).toContain("has no value");
  });

  test("refused: what to correct, and no secret in the words", async () => {
    await using aws = startMockAws({ broker });
    const failure = await failing(fetchFrom(aws.url, { settings: { headers: { Authorization: "very-secret" } } }));
    expect(failure).toEqual({
      message: 'the broker "afp" answered 401 to /latest/meta-data/iam/security-credentials/',
      hint: "correct headers in [sources.afp]",
      exit: 4,
    });
  });

  test("an empty variable", async () => {
    const { message } = await failing(
      fetchFrom("http://127.0.0.1:9", { settings: { headers: { A: { env: "AFP" } } } }),
    );
    expect(message).toBe('the header A of the broker "afp" has no value: the variable AFP is empty');
  });
});

describe.skipIf(!requireTools(["openssl"]))("TLS", () => {
  test("its own authority, and a certificate of the client", async () => {
    using folder = scratchFolder();
    const server = await certificate("127.0.0.1");
    const client = await certificate("client");
    const seen: boolean[] = [];
    using broker = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: { cert: server.cert, key: server.key, ca: client.cert, requestCert: true, rejectUnauthorized: true },
      fetch: () => (seen.push(true), new Response(document())),
    });
    const url = broker.url.href;
    const ca_file = folder.file("ca.pem", server.cert);
    const client_cert = folder.file("client.pem", client.cert);
    const client_key = folder.file("client-key.pem", client.key);
    const wanted = (settings: Partial<BrokerConfig>) => ({ account: "a", role: "R", settings });
    expect((await failing(fetchFrom(url, wanted({})))).message).toContain("cannot be asked");
    expect((await failing(fetchFrom(url, wanted({ ca_file })))).message).toContain("cannot be asked");
    expect(seen).toEqual([]);
    await fetchFrom(url, wanted({ ca_file, client_cert, client_key }));
    const both = folder.file("both.pem", `${client.cert}\n${client.key}`);
    await fetchFrom(url, wanted({ ca_file, client_cert: both }));
    expect(seen.length).toBe(2);
  });
});
