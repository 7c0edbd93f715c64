// tar(5), the ustar format: what tar, dpkg and Homebrew read.
import { type PackedFile, type Stamp, foldersOf, joined, padding, text } from "./tree.ts";

const BLOCK = 512;

/** `prefix` stands before every path, as `./` does in a .deb. Everything belongs to root. */
export function tar(files: readonly PackedFile[], { mtimeSeconds }: Stamp, prefix = ""): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (name: string, mode: number, type: "0" | "5", bytes: Uint8Array) => {
    parts.push(header(name, mode, type, bytes.length, mtimeSeconds), bytes);
    parts.push(padding(bytes.length, BLOCK));
  };
  if (prefix !== "") add(prefix, 0o755, "5", new Uint8Array());
  for (const folder of foldersOf(files)) add(`${prefix}${folder}/`, 0o755, "5", new Uint8Array());
  for (const { path, mode, bytes } of files) add(`${prefix}${path}`, mode, "0", bytes);
  return joined([...parts, new Uint8Array(2 * BLOCK)]);
}

function header(name: string, mode: number, type: string, size: number, mtimeSeconds: number): Uint8Array {
  if (text(name).length > 100) throw new Error(`${name} is too long for a plain tar`);
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, words: string) => block.set(text(words), offset);
  const octal = (offset: number, length: number, value: number) =>
    put(offset, `${value.toString(8).padStart(length - 1, "0")}\0`);
  put(0, name);
  octal(100, 8, mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, mtimeSeconds);
  put(148, " ".repeat(8));
  put(156, type);
  put(257, "ustar\x0000");
  put(265, "root");
  put(297, "root");
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}
