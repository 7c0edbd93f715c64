// The conformance vectors by number, and where each is shown. Read from the tests themselves.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Vector } from "../test/imds/vectors.ts";
import { CONTAINER_VECTORS } from "../test/imds/vectors-container.ts";
import { CREDENTIALS_VECTORS } from "../test/imds/vectors-credentials.ts";
import { PATH_VECTORS } from "../test/imds/vectors-path.ts";
import { SDK_VECTORS } from "../test/imds/vectors-sdk.ts";
import { SECURITY_VECTORS } from "../test/imds/vectors-security.ts";
import { TOKEN_VECTORS } from "../test/imds/vectors-token.ts";
import { TOKEN_USE_VECTORS } from "../test/imds/vectors-token-use.ts";

export type ListedVector = { id: string; title: string; file: string };

const ROOT = join(import.meta.dir, "..");

/** Each is run against the function and, as raw bytes, over sockets. */
const TABLES: readonly (readonly [file: string, vectors: readonly Vector[]])[] = [
  ["vectors-token", TOKEN_VECTORS],
  ["vectors-token-use", TOKEN_USE_VECTORS],
  ["vectors-path", PATH_VECTORS],
  ["vectors-credentials", CREDENTIALS_VECTORS],
  ["vectors-sdk", SDK_VECTORS],
  ["vectors-container", CONTAINER_VECTORS],
  ["vectors-security", SECURITY_VECTORS],
];

// Those that need a running program or real clients: their tests have the numbers in their names.
const TEST_FILES = [
  "test/imds/vectors.test.ts",
  "test/e2e/load.test.ts",
  "test/conformance/regressions.test.ts",
  "test/e2e/credential-process.test.ts",
];

/** In the order of their families and numbers. */
export function listVectors(): ListedVector[] {
  const tables = TABLES.flatMap(([file, vectors]) =>
    vectors.map(([id, title]) => ({ id, title, file: `test/imds/${file}.ts` })),
  );
  return [...tables, ...TEST_FILES.flatMap(numberedTests)].toSorted((a, b) => placeOf(a.id) - placeOf(b.id));
}

// --- internal ---

function numberedTests(file: string): ListedVector[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const found = text.matchAll(/\b(?:test|describe)\S*\("((?:[A-Z]\d+(?:, )?)+):? ([^"]+)"/g);
  return [...found].flatMap(([, ids = "", title = ""]) => ids.split(", ").map((id) => ({ id, title, file })));
}

const FAMILIES = "TULCEKNSP";

function placeOf(id: string): number {
  const suffix = /[a-z]$/.test(id) ? 0.5 : 0;
  return FAMILIES.indexOf(id.slice(0, 1)) * 1000 + Number.parseInt(id.slice(1), 10) + suffix;
}
