// The three requests by which an SDK gets credentials.
import type { BareAnswer, BareAnswers } from "./bare-server.ts";

export type ImdsTarget = { url: string };

export const TOKEN_PATH = "/latest/api/token";
export const LIST_PATH = "/latest/meta-data/iam/security-credentials/";
export const TTL = { name: "X-aws-ec2-metadata-token-ttl-seconds", value: "21600" };
export const TOKEN_HEADER = "X-aws-ec2-metadata-token";

// The server's own, which Bun.serve writes as well.
const FRAMING = ["date", "content-length", "connection", "keep-alive"];

export async function fetchToken({ url }: ImdsTarget): Promise<string> {
  return (await ask(`${url}${TOKEN_PATH}`, "PUT", { [TTL.name]: TTL.value })).body;
}

export async function credentialsPath({ url }: ImdsTarget, token: string): Promise<string> {
  return `${LIST_PATH}${(await ask(`${url}${LIST_PATH}`, "GET", { [TOKEN_HEADER]: token })).body}`;
}

/** What the target says to each of the three, for a server that shall say the same. */
export async function answersOf(target: ImdsTarget): Promise<BareAnswers> {
  const { url } = target;
  const token = await ask(`${url}${TOKEN_PATH}`, "PUT", { [TTL.name]: TTL.value });
  const headers = { [TOKEN_HEADER]: token.body };
  const list = await ask(`${url}${LIST_PATH}`, "GET", headers);
  return { token, list, credentials: await ask(`${url}${LIST_PATH}${list.body}`, "GET", headers) };
}

async function ask(url: string, method: string, headers: Record<string, string>): Promise<BareAnswer> {
  const response = await fetch(url, { method, headers });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status}`);
  const kept = [...response.headers].filter(([name]) => !FRAMING.includes(name));
  return { headers: Object.fromEntries(kept), body: await response.text() };
}
