// What tests can do to a running mock.
import { expect, test } from "bun:test";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { manualClock } from "../support/manual-clock.ts";
import { send, stsRequest } from "./signed-fetch.ts";
import { faultOf, stsClient } from "./sts-client.ts";
import type { StsClientOptions } from "./sts-client.ts";

function ask(url: string, options: StsClientOptions = {}) {
  return stsClient(url, options).send(new GetCallerIdentityCommand({}));
}

const BUSY = { status: 500, code: "InternalFailure", message: "later" };

test("calls are recorded with time, caller, parameters and outcome", async () => {
  const clock = manualClock("2026-03-01T12:00:00Z");
  await using aws = startMockAws({ now: () => clock.now() });
  await ask(aws.url, { clock });
  expect(aws.calls).toEqual([
    {
      action: "GetCallerIdentity",
      at: new Date("2026-03-01T12:00:00Z"),
      principalArn: "arn:aws:iam::111122223333:user/alice",
      parameters: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      outcome: "ok",
    },
  ]);
  expect([aws.count("GetCallerIdentity"), aws.count("AssumeRole")]).toEqual([1, 0]);
});

test("a held action answers nobody until it is released", async () => {
  await using aws = startMockAws();
  const release = aws.hold("GetCallerIdentity");
  const answered: string[] = [];
  const asking = ask(aws.url).then(() => answered.push("held"));
  await aws.untilCalled("GetCallerIdentity");
  await send(stsRequest(aws.url, { Action: "AssumeRole" }));
  expect(answered).toEqual([]);
  release();
  await asking;
  await ask(aws.url);
  expect(answered).toEqual(["held"]);
});

test("of two holds both must be released", async () => {
  await using aws = startMockAws();
  const [first, second] = [aws.hold("GetCallerIdentity"), aws.hold("GetCallerIdentity")];
  const asking = ask(aws.url);
  await aws.untilCalled("GetCallerIdentity");
  first();
  await send(stsRequest(aws.url, { Action: "AssumeRole" }));
  expect(Bun.peek.status(asking)).toBe("pending");
  second();
  await asking;
});

test("untilCalled waits for the number asked for, also in the past", async () => {
  await using aws = startMockAws();
  const twice = aws.untilCalled("GetCallerIdentity", 2);
  await ask(aws.url);
  expect(Bun.peek.status(twice)).toBe("pending");
  await ask(aws.url);
  await twice;
  await aws.untilCalled("GetCallerIdentity", 2);
});

test("a delay belongs to its action", async () => {
  await using aws = startMockAws();
  aws.delayMs("GetCallerIdentity", 150);
  const answered: string[] = [];
  const started = performance.now();
  const delayed = ask(aws.url).then(() => answered.push("delayed"));
  await aws.untilCalled("GetCallerIdentity");
  await send(stsRequest(aws.url, { Action: "AssumeRole" })).then(() => answered.push("undelayed"));
  await delayed;
  // Timers may fire a millisecond early.
  expect(performance.now() - started).toBeGreaterThanOrEqual(149);
  expect(answered).toEqual(["undelayed", "delayed"]);
});

test("planned faults come one each, in line, with their headers", async () => {
  await using aws = startMockAws();
  aws.failNext("GetCallerIdentity", { ...BUSY, headers: { "Retry-After": "7" } });
  aws.failNext("GetCallerIdentity", { status: 400, code: "Throttling", message: "Rate exceeded" });
  const first = await send(stsRequest(aws.url, { Action: "GetCallerIdentity" }));
  expect([first.status, first.headers.get("retry-after")]).toEqual([500, "7"]);
  expect(await faultOf(ask(aws.url))).toEqual({ status: 400, code: "Throttling", message: "Rate exceeded" });
  await ask(aws.url);
  expect(aws.calls.map((call) => call.outcome)).toEqual(["InternalFailure", "Throttling", "ok"]);
});

test("a fault is for its own action", async () => {
  await using aws = startMockAws();
  aws.failNext("AssumeRole", BUSY);
  await ask(aws.url);
  expect(aws.calls[0]?.outcome).toBe("ok");
});

test("down is 503 for everything until it is up again", async () => {
  await using aws = startMockAws();
  aws.down(true);
  expect(await faultOf(ask(aws.url))).toMatchObject({ status: 503, code: "ServiceUnavailable" });
  aws.down(false);
  await ask(aws.url);
});

test("a client that retries gets over one fault", async () => {
  await using aws = startMockAws();
  aws.failNext("GetCallerIdentity", BUSY);
  const answer = await ask(aws.url, { maxAttempts: 2 });
  expect(answer.$metadata.attempts).toBe(2);
});

test("a client whose clock is wrong corrects itself by the Date header", async () => {
  const clock = manualClock("2026-03-01T12:00:00Z");
  await using aws = startMockAws({ now: () => clock.now() });
  const answer = await ask(aws.url, { maxAttempts: 2 });
  expect(answer.Account).toBe("111122223333");
  expect(aws.calls.map((call) => call.outcome)).toEqual(["SignatureDoesNotMatch", "ok"]);
});

test("every answer has an id, a type and the mock's own date", async () => {
  await using aws = startMockAws({ now: () => new Date("2026-03-01T12:00:00Z") });
  const response = await send(stsRequest(aws.url, { Action: "GetCallerIdentity" }));
  const id = response.headers.get("x-amzn-requestid");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.text()).toContain(`<RequestId>${id}</RequestId>`);
  expect(response.headers.get("date")).toBe("Sun, 01 Mar 2026 12:00:00 GMT");
  expect(response.headers.get("content-type")).toBe("text/xml");
});

const unknown: [string, Record<string, string>, string][] = [
  ["another action", { Action: "GetFederationToken" }, "Could not find operation GetFederationToken for version 2011-"],
  ["another version", { Action: "AssumeRole", Version: "2010-01-01" }, "operation AssumeRole for version 2010-01-01"],
  ["a name of every object", { Action: "constructor" }, "Could not find operation constructor"],
  ["no action", {}, "Could not find operation"],
];
test.each(unknown)("invalid action: %s", async (_title, parameters, words) => {
  await using aws = startMockAws();
  const response = await send(stsRequest(aws.url, parameters));
  expect(response.status).toBe(400);
  const body = await response.text();
  expect(body).toContain("<Code>InvalidAction</Code>");
  expect(body).toContain(words);
});

test("a path of no service is 404", async () => {
  await using aws = startMockAws();
  expect((await fetch(`${aws.url}/latest/meta-data/`)).status).toBe(404);
});

test("stop cuts a held request off, may be called twice, and frees the port", async () => {
  const aws = startMockAws();
  aws.hold("GetCallerIdentity");
  const fate = (asking: Promise<unknown>) =>
    asking.then(
      () => "answered",
      () => "cut off",
    );
  const held = fate(ask(aws.url));
  await aws.untilCalled("GetCallerIdentity");
  await aws.stop();
  await aws.stop();
  expect(await held).toBe("cut off");
  expect(await fate(fetch(aws.url))).toBe("cut off");
});
