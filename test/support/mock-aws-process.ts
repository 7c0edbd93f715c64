// The mock AWS as a process of its own, for tests whose clients live in another network namespace. It says its URL,
// then obeys one JSON order a line and answers each with one.
import type { MockBroker } from "../../src/demo/broker-service.ts";
import type { Reply } from "../../src/demo/service.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import type { MockLogin } from "../../src/demo/signin-service.ts";
import type { Consent, SsoOptions } from "../../src/demo/sso-world.ts";

export type MockOrder =
  | { do: "count"; action: string }
  | { do: "hold"; action: string }
  | { do: "release"; action: string }
  | { do: "untilCalled"; action: string; times: number }
  | { do: "delayMs"; action: string; ms: number }
  | { do: "broker"; broker: MockBroker }
  | { do: "login"; login: MockLogin }
  | { do: "answerNext"; action: string; reply: Reply }
  | { do: "consent"; consent: Consent }
  | { do: "endAccessTokens" }
  | { do: "endSessions" };

/** `aheadMs`: how far AWS's clock is ahead of this machine's, so that this machine's is wrong. */
export type MockSettings = { sso?: SsoOptions; aheadMs?: number };

const { sso = {}, aheadMs = 0 } = JSON.parse(process.argv[2] ?? "{}") as MockSettings;
const aws = startMockAws({
  webIdentityTokens: ["a-web-identity-token"],
  now: () => new Date(Date.now() + aheadMs),
  sso,
});
const releases = new Map<string, () => void>();

async function obey(order: MockOrder): Promise<number> {
  switch (order.do) {
    case "count":
      return aws.count(order.action);
    case "hold":
      releases.set(order.action, aws.hold(order.action));
      return 0;
    case "release":
      releases.get(order.action)?.();
      return 0;
    case "untilCalled":
      await aws.untilCalled(order.action, order.times);
      return aws.count(order.action);
    case "broker":
      aws.broker(order.broker);
      return 0;
    case "login":
      aws.login(order.login);
      return 0;
    case "answerNext":
      aws.answerNext(order.action, order.reply);
      return 0;
    case "delayMs":
      aws.delayMs(order.action, order.ms);
      return order.ms;
    case "consent":
      aws.sso.consent(order.consent);
      return 0;
    case "endAccessTokens":
      aws.sso.endAccessTokens();
      return 0;
    case "endSessions":
      aws.sso.endSessions();
      return 0;
  }
}

async function main(): Promise<void> {
  console.log(aws.url);
  for await (const line of console) {
    void obey(JSON.parse(line) as MockOrder).then((answer) => console.log(JSON.stringify(answer)));
  }
  await aws.stop();
}

void main();
