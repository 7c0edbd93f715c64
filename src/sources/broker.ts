// Base credentials from an HTTP broker: one shaped like an instance metadata service (another emulator, a real instance),
// or one of accounts and roles, as afp-core has them. Fetched ahead of time only; never while a client waits.
import type { Session } from "../aws/credentials.ts";
import { CliError } from "../errors.ts";
import { type BrokerRole, brokerRoleName } from "../roles/role-spec.ts";
import type { Clock } from "../sys/clock.ts";
import { type BrokerHttpDeps, type Reply, brokerClient } from "./broker-http.ts";
import { type BrokerOffer, readAccounts, readDocument, readRefusal, readRoleList, readToken } from "./broker-shapes.ts";

export type BrokerDeps = BrokerHttpDeps & { clock: Pick<Clock, "now"> };

const TOKEN_PATH = "/latest/api/token";
const TOKEN_SECONDS = "300";
const LIST_PATH = "/latest/meta-data/iam/security-credentials/";
const ACCOUNTS_PATH = "/account";

export async function fromBroker(wanted: BrokerRole, deps: BrokerDeps): Promise<Session> {
  const broker = await connect(wanted, deps);
  const { role, account } = wanted;
  if (role === undefined) return fetchOffer(broker, await onlyOffer(broker), deps);
  return fetchOffer(broker, account === undefined ? { role } : { account, role }, deps);
}

/** Every role that the broker offers, by the names that `use` takes. */
export async function brokerRoleNames(wanted: BrokerRole, deps: BrokerDeps): Promise<string[]> {
  const { source } = wanted;
  return (await offersOf(await connect(wanted, deps))).map((offer) => brokerRoleName({ source, ...offer }));
}

// --- internal ---

type Broker = { source: string; ask(path: string): Promise<Reply> };

// A metadata service may want a token first; every other one does not know the question.
async function connect({ source, settings, account }: BrokerRole, deps: BrokerDeps): Promise<Broker> {
  const ask = await brokerClient(source, settings, deps);
  if (account !== undefined) return { source, ask: (path) => ask("GET", path) };
  const { status, text } = await ask("PUT", TOKEN_PATH, { "X-aws-ec2-metadata-token-ttl-seconds": TOKEN_SECONDS });
  const token = status === 200 ? readToken(text) : undefined;
  const headers = token === undefined ? {} : { "X-aws-ec2-metadata-token": token };
  return { source, ask: (path) => ask("GET", path, headers) };
}

async function fetchOffer(broker: Broker, offer: BrokerOffer, { clock }: BrokerDeps): Promise<Session> {
  const path = pathOf(offer);
  const reply = await broker.ask(path);
  const isAbsent = reply.status === 404 || reply.status === 403 || (reply.status === 200 && reply.text.trim() === "");
  if (isAbsent) await refuseGone(broker, offer);
  if (reply.status !== 200) throw reply.failure();
  const session = readDocument(reply.text, clock.now());
  if (session === undefined) throw explainDocument(broker, reply.text, path);
  if (session.expiration !== undefined && session.expiration.getTime() <= clock.now().getTime()) {
    const ended = session.expiration.toISOString();
    throw new CliError(`the broker "${broker.source}" handed over credentials that expired at ${ended}`, {
      hint: "check this machine's clock, and the broker's",
    });
  }
  return session;
}

// Gone for certain only where the broker lists its roles and this is none of them: then what it once gave is dropped.
async function refuseGone(broker: Broker, offer: BrokerOffer): Promise<void> {
  const offers = await listed(broker, offer.account === undefined ? "roles" : "accounts").catch(() => undefined);
  if (offers === undefined || offers.length === 0) return;
  if (offers.some(({ account, role }) => account === offer.account && role === offer.role)) return;
  throw new CliError(
    `the broker "${broker.source}" does not offer ${[offer.account, offer.role].filter(Boolean).join("/")}`,
    {
      hint: `metacred use ${nameOf(broker, offers[0])}`,
      again: { gone: true },
    },
  );
}

async function onlyOffer(broker: Broker): Promise<BrokerOffer> {
  const [offer, ...more] = await offersOf(broker);
  if (offer === undefined) {
    throw new CliError(`the broker "${broker.source}" offers no role`, { hint: "ask who runs it for one" });
  }
  if (more.length === 0) return offer;
  const names = [offer, ...more].map((one) => nameOf(broker, one));
  throw new CliError(`the broker "${broker.source}" offers several roles: ${names.join(", ")}`, {
    hint: `metacred use ${names[0]}`,
  });
}

async function offersOf(broker: Broker): Promise<BrokerOffer[]> {
  return (await listed(broker, "roles")) ?? (await listed(broker, "accounts")) ?? refuseShape(broker);
}

// Undefined: the broker does not know the question, so it is of the other shape.
async function listed(broker: Broker, shape: "roles" | "accounts"): Promise<BrokerOffer[] | undefined> {
  const path = shape === "roles" ? LIST_PATH : ACCOUNTS_PATH;
  const reply = await broker.ask(path);
  if (reply.status === 404) return undefined;
  if (reply.status !== 200) throw reply.failure();
  const offers = shape === "roles" ? readRoleList(reply.text) : readAccounts(reply.text);
  if (offers === undefined) throw explainList(broker, reply.text, path);
  return offers;
}

function pathOf({ account, role }: BrokerOffer): string {
  const name = encodeURIComponent(role);
  return account === undefined
    ? `${LIST_PATH}${name}`
    : `${ACCOUNTS_PATH}/${encodeURIComponent(account)}/${name}/credentials`;
}

function nameOf({ source }: Broker, offer: BrokerOffer | undefined): string {
  return brokerRoleName({ source, ...offer });
}

function explainDocument({ source }: Broker, text: string, path: string): CliError {
  const code = readRefusal(text);
  const what = code === undefined ? `answered ${kindOf(text)} instead of credentials` : `refused with ${code}`;
  return new CliError(`the broker "${source}" ${what} to ${path}`, { hint: shapeHint(source) });
}

function explainList({ source }: Broker, text: string, path: string): CliError {
  return new CliError(`the broker "${source}" answered ${kindOf(text)} instead of a list of roles to ${path}`, {
    hint: shapeHint(source),
  });
}

function refuseShape({ source }: Broker): never {
  throw new CliError(`the broker "${source}" knows neither ${LIST_PATH} nor ${ACCOUNTS_PATH}`, {
    hint: shapeHint(source),
  });
}

function shapeHint(source: string): string {
  return `check url in [sources.${source}]`;
}

// Named by its look, never quoted: it may hold credentials.
function kindOf(text: string): string {
  const start = text.trimStart();
  if (start === "") return "nothing";
  if (start.startsWith("<")) return "HTML";
  return start.startsWith("{") ? "incomplete JSON" : "something else";
}
