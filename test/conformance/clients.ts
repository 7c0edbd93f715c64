// The clients of the matrix: what each is built with and started by, and what it has no words for.
import { join } from "node:path";

export type Check =
  | "credentials"
  | "redirect"
  | "region"
  | "identity"
  | "container"
  | "ecs"
  | "eks"
  | "process"
  | "signed-out"
  | "follow";

/** What a client's program understands. */
export type Word = "version" | "whoami" | "region" | "identity" | "follow";

export type Client = {
  id: string;
  name: string;
  /** Of its manifest and program, beside this file. */
  folder: string;
  /** What builds and runs it: names on PATH, or paths. */
  tools: readonly string[];
  /** Run one after the other in a copy of the folder. */
  build: readonly (readonly string[])[];
  /** Its program; `at` is the built folder. */
  argv(at: string): readonly string[];
  /** Why it has no such check. */
  without: Partial<Record<Check, string>>;
  clock: ClientClock;
};

/**
 * How its clock is moved. `wall` and `all`: by libfaketime, the second with the monotonic one. `none`: it does not live
 * long enough to have one. Else its runtime asks the kernel itself: credentials are given that end in `leadSeconds` and a
 * little more, which is when it wants new ones, and that is waited for.
 */
export type ClientClock = "wall" | "all" | "none" | { leadSeconds: number };

const NO_DOCUMENT = "it has no command for it";
const NO_PORT = "it asks port 80 whatever the endpoint says: only the redirect reaches it";

export const CLIENTS: readonly Client[] = [
  {
    ...awsCli("aws-cli-v1", "AWS CLI v1"),
    tools: ["python3"],
    build: pythonBuild("requirements-v1.txt"),
    argv: (at) => ["sh", join(at, "client.sh"), join(at, ".venv/bin/aws")],
    without: { identity: NO_DOCUMENT, region: "it never asks the metadata service for a region" },
  },
  {
    ...awsCli("aws-cli-v2", "AWS CLI v2"),
    tools: ["/usr/bin/aws"],
    build: [],
    argv: (at) => ["sh", join(at, "client.sh"), "/usr/bin/aws"],
    without: { identity: NO_DOCUMENT, eks: "Debian's is older than that form, which AWS CLI 2.15 brought" },
  },
  { ...python("boto3", "boto3"), clock: "wall", without: {} },
  {
    ...javascript("js-v3", "SDK for JavaScript v3"),
    without: {},
  },
  {
    ...javascript("js-v2", "SDK for JavaScript v2"),
    without: {},
  },
  { ...go("go-v2", "SDK for Go v2"), clock: { leadSeconds: 0 } },
  // It takes credentials for ended five minutes before.
  { ...go("go-v1", "SDK for Go v1"), clock: { leadSeconds: 300 } },
  java("java-v2", "SDK for Java v2"),
  java("java-v1", "SDK for Java v1"),
  {
    ...java("kotlin", "SDK for Kotlin"),
    // The compiler comes from Maven, too.
    tools: ["java", "mvn"],
    clock: "wall",
  },
  {
    id: "rust",
    name: "SDK for Rust",
    folder: "rust",
    tools: ["cargo", "rustc"],
    build: [["cargo", "build", "--quiet", "--jobs", "2"]],
    argv: (at) => [join(at, "target/debug/client")],
    without: {},
    clock: "wall",
  },
  {
    id: "ruby-debian",
    name: "SDK for Ruby (Debian's)",
    folder: "ruby",
    tools: ["ruby"],
    build: [["ruby", "-e", "require 'aws-sdk-core'"]],
    argv: (at) => ["ruby", join(at, "client.rb")],
    without: {
      credentials: NO_PORT,
      "signed-out": NO_PORT,
      follow: NO_PORT,
      region: "it never asks the metadata service for a region",
      container: "it knows ECS's form alone",
      eks: "it knows ECS's form alone",
    },
    clock: "none",
  },
  {
    ...python("crt", "Common Runtime (awscrt)"),
    // Its cache counts on the monotonic clock.
    clock: "all",
    without: { region: "it looks for no region", identity: "it reads no documents" },
  },
];

// --- internal ---

function awsCli(id: string, name: string) {
  return { id, name, folder: "aws-cli", clock: "none" } as const;
}

function python(id: string, name: string) {
  return {
    id,
    name,
    folder: id,
    tools: ["python3"],
    build: pythonBuild("requirements.txt"),
    argv: (at: string) => [join(at, ".venv/bin/python"), join(at, "client.py")],
  };
}

function pythonBuild(requirements: string): string[][] {
  return [
    ["python3", "-m", "venv", ".venv"],
    [".venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
  ];
}

function go(id: string, name: string) {
  return {
    id,
    name,
    folder: id,
    tools: ["go"],
    build: [["go", "build", "-o", "client", "."]],
    argv: (at: string) => [join(at, "client")],
    without: {},
  };
}

function java(id: string, name: string): Client {
  return {
    id,
    name,
    folder: id,
    tools: ["java", "javac", "mvn"],
    build: [["mvn", "-B", "-q", "-ntp", "compile", "dependency:copy-dependencies", "-DincludeScope=runtime"]],
    argv: (at) => [
      "java",
      "-XX:TieredStopAtLevel=1",
      "-cp",
      `${at}/target/classes:${at}/target/dependency/*`,
      "Client",
    ],
    without: {},
    clock: "wall",
  };
}

function javascript(id: string, name: string) {
  return {
    id,
    name,
    folder: id,
    tools: ["node", "npm"],
    build: [["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]],
    argv: (at: string) => ["node", join(at, "client.mjs")],
    clock: "wall",
  } as const;
}
