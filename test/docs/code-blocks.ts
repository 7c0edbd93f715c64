import { join } from "node:path";

/** The fenced blocks of a page below the repository's root that are marked with this language, in their order. */
export async function codeBlocks(page: string, language: string): Promise<string[]> {
  const text = await Bun.file(join(import.meta.dir, "../..", page)).text();
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1] ?? "");
}
