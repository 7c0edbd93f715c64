// Conformance vectors of the metadata service, numbered as the protocol notes of this project number them:
// T token, U its use, L listings and paths, C credentials, E the request sequences of the SDKs' own test suite, S security,
// N container credentials. Each is run against the function, and as raw bytes over a socket, IPv4 and IPv6. P, the
// vectors of credential_process, are in test/e2e.
import type { ImdsHeader } from "../../src/imds/message.ts";
import type { RawReply } from "../support/raw-http.ts";
import { type Change, type Driver, type Question, TOKEN, TTL, type World } from "./world.ts";

export type Session = {
  world: World;
  /** `line` is "METHOD target". Sends the usual Host unless one is given or `more` says otherwise. */
  ask(line: string, headers?: readonly ImdsHeader[], more?: Partial<Question> & { host?: false }): Promise<RawReply>;
  put(...ttls: readonly string[]): Promise<RawReply>;
  token(ttl?: string): Promise<string>;
  /** GET with a new token. */
  get(target: string, headers?: readonly ImdsHeader[]): Promise<RawReply>;
};

export type Start = (change?: Change) => Session;

export type Vector = readonly [id: string, title: string, run: (start: Start) => Promise<void>];

/** Of EC2's own 404 body, as smithy-rs recorded it (imds_no_iam_role). */
export const NOT_FOUND_SHA256 = "3f92bfc0961a4bf4e83938c708afb562018c698f4a2775acc4d59879c33aa39c";

export function createSession(world: World, driver: Driver): Session {
  const ask: Session["ask"] = (line, headers = [], { host, ...more } = {}) => {
    const [method = "", target = ""] = line.split(" ");
    const hasHost = host === false || headers.some(([name]) => name.toLowerCase() === "host");
    const all: readonly ImdsHeader[] = hasHost ? headers : [["Host", driver.host], ...headers];
    return driver.ask({ method, target, version: "1.1", headers: all, body: "", ...more });
  };
  const put: Session["put"] = (...ttls) =>
    ask(
      "PUT /latest/api/token",
      ttls.map((ttl) => [TTL, ttl] as const),
    );
  const token: Session["token"] = async (ttl = "21600") => (await put(ttl)).body;
  return {
    world,
    ask,
    put,
    token,
    get: async (target, headers = []) => ask(`GET ${target}`, [[TOKEN, await token()], ...headers]),
  };
}
