// The paths that are served, as a client finds them: by following the listings of a whole example.
import { createImds } from "../src/imds/imds.ts";
import type { ImdsInstance, ImdsView } from "../src/imds/view.ts";

export type Route = {
  /** Below a version's folder. */
  path: string;
  /** What the example has there, on one line; absent where it has several. */
  example: string | undefined;
  /** Not there on an instance of which the configuration says nothing. */
  optional: boolean;
};

const NOW = new Date("2026-03-01T12:00:00Z");

const PLAIN: ImdsInstance = {
  instanceId: "i-1234567890abcdef0",
  instanceType: "t3.micro",
  amiId: "ami-0abcdef1234567890",
  privateIp: "10.0.0.10",
  mac: "02:49:61:0f:c3:11",
};

const FULL: ImdsInstance = {
  ...PLAIN,
  publicIp: "203.0.113.7",
  publicHostname: "build.example.com",
  publicKeys: { "my-key": "ssh-ed25519 AAAA…" },
  productCodes: ["1abc2defghijklm3nopqrs4tu"],
  tags: { Name: "web" },
  userData: new TextEncoder().encode("#!/bin/sh"),
  scenario: {
    since: NOW,
    spot: { action: "terminate", afterMs: 0, time: undefined },
    rebalance: { afterMs: 0, time: undefined },
    autoscaling: { state: "Terminated", afterMs: 0 },
  },
};

const VIEW: ImdsView = {
  role: { arn: "arn:aws:iam::111122223333:role/Developer", accountId: "111122223333", partition: "aws" },
  credentials: {
    accessKeyId: "ASIA…",
    secretAccessKey: "…",
    sessionToken: "…",
    obtainedAt: NOW,
    expiration: new Date("2026-03-01T12:16:00Z"),
  },
  region: "eu-central-1",
};

export function listRoutes(): Route[] {
  const plain = new Set(crawl(PLAIN).map(({ path }) => path));
  return crawl(FULL).map(({ path, body }) => ({
    path: path.replace(PLAIN.mac, "MAC").replace("203.0.113.7", "PUBLIC-IP"),
    example: body.includes("\n") ? undefined : body,
    optional: !plain.has(path),
  }));
}

// --- internal ---

function crawl(instance: ImdsInstance): { path: string; body: string }[] {
  const imds = createImds({
    view: () => VIEW,
    now: () => NOW,
    monotonicMs: () => 0,
    key: new Uint8Array(32),
    httpTokens: "optional",
    enabled: true,
    port: 25_772,
    uids: "*",
    instance,
  });
  const read = (path: string) => {
    const target = `/latest/${path}`;
    const request = { method: "GET", target, version: "1.1", headers: [["host", "127.0.0.1"]] } as const;
    const { status, body } = imds(
      { ...request, body: new Uint8Array() },
      { address: "127.0.0.1", uid: 0, loop: false },
    );
    if (status !== 200) throw new Error(`${path}: ${status}`);
    return typeof body === "string" ? body : new TextDecoder().decode(body);
  };
  const below = (folder: string): { path: string; body: string }[] =>
    read(folder)
      .split("\n")
      .flatMap((entry) => {
        const path = `${folder}${folder.endsWith("public-keys/") ? `${entry.split("=")[0]}/` : entry}`;
        const isFolder = path.endsWith("/") || path.endsWith("/placement") || FOLDERS.includes(path);
        return isFolder ? below(path.endsWith("/") ? path : `${path}/`) : [{ path, body: read(path) }];
      });
  return below("");
}

// Listed without a slash, as EC2 does at the top.
const FOLDERS: readonly string[] = ["dynamic", "meta-data"];
