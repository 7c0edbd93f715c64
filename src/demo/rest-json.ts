// The wire format of AWS's REST-JSON protocol, which the SSO services speak.
import { randomUUID } from "node:crypto";
import type { Answer, Fault, Reply } from "./service.ts";

export type JsonResult = { result: unknown } | { fault: Fault } | { redirect: string } | { page: string };

export function jsonAnswer(done: JsonResult): Answer {
  if ("fault" in done) return { reply: refuseJson(done.fault), principalArn: undefined, outcome: done.fault.code };
  return { reply: replyOf(done), principalArn: undefined, outcome: "ok" };
}

export function refuseJson({ status, code, message }: Fault): Reply {
  return {
    status,
    headers: { ...headers(), "x-amzn-ErrorType": code },
    body: JSON.stringify({ error: oauthWord(code), error_description: message, message }),
  };
}

/** The JSON object of a body; what is not text in it is no parameter. */
export function bodyParameters(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What a recorded call shows of its parameters: plain texts, and no secret. */
export function shownParameters(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(parameters).filter(([name, value]) => typeof value === "string" && !isSecret(name));
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
}

function replyOf(done: Exclude<JsonResult, { fault: Fault }>): Reply {
  if ("redirect" in done) return { status: 302, headers: { ...headers(), Location: done.redirect }, body: "" };
  if ("page" in done) return { status: 200, headers: { ...headers(), "Content-Type": "text/html" }, body: done.page };
  return { status: 200, headers: headers(), body: JSON.stringify(done.result) };
}

function headers(): Record<string, string> {
  return { "x-amzn-RequestId": randomUUID(), "Content-Type": "application/json" };
}

// AuthorizationPendingException is `authorization_pending` (RFC 6749, section 5.2; RFC 8628, section 3.5).
function oauthWord(code: string): string {
  return code
    .replace(/Exception$/, "")
    .replaceAll(/(?!^)([A-Z])/g, "_$1")
    .toLowerCase();
}

function isSecret(name: string): boolean {
  return /secret|token|verifier|code$/i.test(name);
}
