// A credential broker in the mock, of both shapes: an instance metadata service, and accounts with roles. What it hands
// out are keys that the mock's other services believe.
import type { Answer, MockRequest, MockService, Reply } from "./service.ts";
import { laterBy } from "./sso-world.ts";
import { type World, assumedRole, giveKey, readRoleArn } from "./world.ts";

/** Without an account it is offered as a metadata service does, with one under `/account`. */
export type MockOffer = { account?: string; role: string; arn: string };

export type MockBroker = {
  offers: readonly MockOffer[];
  /** A header that every request must have. */
  header?: { name: string; value: string };
  /** Refuses requests without a token, as IMDSv2 does. */
  requiresToken?: boolean;
  sessionSeconds?: number;
};

const LIST = "/latest/meta-data/iam/security-credentials/";
const TOKEN = "a-token-of-the-mock";
const HOUR_SECONDS = 3600;

export function brokerService(world: World): MockService {
  return {
    serves: (path) => path.startsWith("/latest/") || path === "/account" || path.startsWith("/account/"),
    read: (request) => ({ action: actionOf(request), parameters: { path: request.path } }),
    answer(request, { action }, now) {
      const { broker } = world;
      if (broker.header !== undefined && request.headers.get(broker.header.name) !== broker.header.value) {
        return { reply: text(401, "who are you?"), principalArn: undefined, outcome: "401" };
      }
      if (action === "BrokerToken") return ok(text(broker.requiresToken === true ? 200 : 404, TOKEN));
      const isByAccount = request.path.startsWith("/account");
      if (!isByAccount && broker.requiresToken === true && request.headers.get("x-aws-ec2-metadata-token") !== TOKEN) {
        return { reply: text(401, ""), principalArn: undefined, outcome: "401" };
      }
      const offers = broker.offers.filter(({ account }) => (account !== undefined) === isByAccount);
      // A broker of the other shape does not know the question.
      if (offers.length === 0) return { reply: text(404, "no"), principalArn: undefined, outcome: "404" };
      if (action === "BrokerRoles") return ok(text(200, offers.map(({ role }) => role).join("\n")));
      if (action === "BrokerAccounts") return ok(json(accountsOf(offers)));
      return credentials(
        offers.find((offer) => pathOf(offer) === request.path),
        world,
        now,
      );
    },
    refuse: ({ status, message }) => text(status, message),
  };
}

function actionOf({ method, path }: MockRequest): string {
  if (method === "PUT") return "BrokerToken";
  if (path === LIST) return "BrokerRoles";
  return path === "/account" ? "BrokerAccounts" : "BrokerCredentials";
}

function accountsOf(offers: readonly MockOffer[]): Record<string, string[]> {
  const accounts: Record<string, string[]> = {};
  for (const { account = "", role } of offers) accounts[account] = [...(accounts[account] ?? []), role];
  return accounts;
}

function pathOf({ account, role }: MockOffer): string {
  return account === undefined ? `${LIST}${role}` : `/account/${account}/${role}/credentials`;
}

function credentials(offer: MockOffer | undefined, world: World, now: Date): Answer {
  const name = offer === undefined ? undefined : readRoleArn(offer.arn);
  if (offer === undefined || name === undefined)
    return { reply: text(404, "no"), principalArn: undefined, outcome: "404" };
  const ends = laterBy(now, world.broker.sessionSeconds ?? HOUR_SECONDS);
  const key = giveKey(world, assumedRole(offer.arn, name, "broker"), ends);
  return ok(
    json({
      Code: "Success",
      Type: "AWS-HMAC",
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      Token: key.session?.token,
      Expiration: ends.toISOString(),
      LastUpdated: now.toISOString(),
    }),
  );
}

function ok(reply: Reply): Answer {
  return { reply, principalArn: undefined, outcome: "ok" };
}

function text(status: number, body: string): Reply {
  return { status, headers: { "Content-Type": "text/plain" }, body };
}

function json(data: unknown): Reply {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) };
}
