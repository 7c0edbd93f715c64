// How a broker is asked: its headers, authority and certificate, and what its refusals mean in words.
import { readFileSync } from "node:fs";
import { isTimeout, retryAfterMs } from "../aws/explain.ts";
import type { Outbound, OutboundRequest } from "../aws/outbound.ts";
import type { BrokerConfig } from "../config/schema.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { Environment } from "../paths.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { readHeader } from "../secrets/user-keys.ts";

export type Ask = (method: "GET" | "PUT", path: string, headers?: Record<string, string>) => Promise<Reply>;
export type Reply = { status: number; text: string; failure(): CliError };

export type BrokerHttpDeps = { env: Environment; send: Outbound; secrets: Pick<SecretStore, "get"> };

/** `source` is the table's name. Files, variables and secrets are read anew for each fetch: what they hold may be renewed. */
export async function brokerClient(source: string, settings: BrokerConfig, deps: BrokerHttpDeps): Promise<Ask> {
  const { send } = deps;
  const own = await headersOf(source, settings, deps);
  const tls = tlsOf(source, settings);
  const root = settings.url.replace(/\/+$/, "");
  return async (method, path, headers = {}) => {
    const request: OutboundRequest = { url: `${root}${path}`, method, headers: { ...own, ...headers } };
    const answer = await send(tls === undefined ? request : { ...request, tls }).catch((error: unknown) => {
      throw explain(error, source, settings);
    });
    return {
      status: answer.status,
      text: new TextDecoder().decode(answer.body),
      failure: () => explainStatus(answer.status, answer.headers, path, source),
    };
  };
}

type HeaderValue = NonNullable<BrokerConfig["headers"]>[string];

async function headersOf(
  source: string,
  { headers = {} }: BrokerConfig,
  deps: BrokerHttpDeps,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const text = (await valueOf(source, value, deps))?.trim() ?? "";
    if (text === "") {
      const { where, hint } = emptyPlace(value);
      throw new CliError(`the header ${name} of the broker "${source}" has no value: ${where}`, {
        hint,
        exit: EXIT.needsPerson,
      });
    }
    values[name] = text;
  }
  return values;
}

async function valueOf(source: string, value: HeaderValue, { env, secrets }: BrokerHttpDeps) {
  if (typeof value === "string") return value;
  if ("env" in value) return env[value.env];
  return "file" in value ? readNamed(source, value.file) : readHeader(value.keychain, secrets);
}

function emptyPlace(value: HeaderValue): { where: string; hint: string } {
  if (typeof value === "string") return { where: "it is empty", hint: "fill it in the config" };
  if ("env" in value) {
    return { where: `the variable ${value.env} is empty`, hint: "fill it, then start metacred again" };
  }
  if ("file" in value) return { where: `${value.file} is empty`, hint: `write it to ${value.file}` };
  return { where: `no "${value.keychain}" is in the keychain`, hint: `metacred keys add ${value.keychain} --header` };
}

function tlsOf(source: string, { ca_file, client_cert, client_key }: BrokerConfig): OutboundRequest["tls"] {
  if (ca_file === undefined && client_cert === undefined && client_key === undefined) return undefined;
  return {
    ...(ca_file === undefined ? {} : { ca: readNamed(source, ca_file) }),
    ...(client_cert === undefined ? {} : { cert: readNamed(source, client_cert) }),
    // One file may hold both.
    ...(client_cert === undefined ? {} : { key: readNamed(source, client_key ?? client_cert) }),
  };
}

function readNamed(source: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`cannot read ${file} of the broker "${source}"`, {
      hint: `correct it in [sources.${source}]`,
      cause: error,
    });
  }
}

function explain(error: unknown, source: string, settings: BrokerConfig): CliError {
  const reason = isTimeout(error) ? "no answer in time" : messageOf(error);
  const hint = error instanceof CliError ? error.hint : `check ${new URL(settings.url).host} and HTTPS_PROXY`;
  return new CliError(`the broker "${source}" cannot be asked: ${reason}`, { hint, cause: error });
}

// A body may hold a stack trace or worse: it is never shown.
function explainStatus(status: number, headers: Headers, path: string, source: string): CliError {
  if (status >= 300 && status < 400) {
    const to = URL.parse(headers.get("location") ?? "")?.host ?? "another place";
    return new CliError(`the broker "${source}" sends on to ${to}, which is not followed`, {
      hint: `correct url in [sources.${source}], or sign in where it leads`,
    });
  }
  const what = `the broker "${source}" answered ${status} to ${path}`;
  if (status === 401 || status === 403) {
    return new CliError(what, { hint: `correct headers in [sources.${source}]`, exit: EXIT.needsPerson });
  }
  const afterMs = retryAfterMs(headers.get("retry-after"), headers.get("date"));
  return new CliError(what, {
    hint: "ask who runs it, or wait: metacred tries again by itself",
    again: afterMs === undefined ? undefined : { afterMs },
  });
}
