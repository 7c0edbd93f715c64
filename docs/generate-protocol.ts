// Writes the tables of protocol.md, routes and vectors, from the program and from its tests: `npm run protocol`.
// A test keeps them equal.
import { join } from "node:path";
import { listRoutes } from "./protocol-routes.ts";
import { listVectors } from "./protocol-vectors.ts";

const FILE = join(import.meta.dir, "protocol.md");

export async function renderProtocol(): Promise<string> {
  const text = await Bun.file(FILE).text();
  return within(within(text, "routes", routes()), "vectors", vectors());
}

// --- internal ---

function within(text: string, name: string, block: string): string {
  const [begin, end] = [`<!-- ${name}: npm run protocol -->\n`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`protocol.md has no ${begin.trim()} … ${end}`);
  return `${text.slice(0, from)}${begin}\n${block}\n${text.slice(to)}`;
}

function routes(): string {
  const rows = listRoutes().map(({ path, example, optional }) => {
    const shown = example === undefined ? "several lines" : `\`${example}\``;
    return `| \`${path}\`${optional ? " ¹" : ""} | ${shown.replaceAll("|", "\\|")} |\n`;
  });
  return `| path below \`/latest/\` | for example |\n|---|---|\n${rows.join("")}`;
}

function vectors(): string {
  const rows = listVectors().map(
    ({ id, title, file }) => `| ${id} | ${title.replaceAll("|", "\\|")} | \`${file}\` |\n`,
  );
  return `| | what | shown by |\n|---|---|---|\n${rows.join("")}`;
}

if (import.meta.main) await Bun.write(FILE, await renderProtocol());
