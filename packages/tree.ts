// What a package holds, before it is known in which format: paths from the package's root, modes, bytes.

export type PackedFile = { path: string; mode: number; bytes: Uint8Array };

/** Of every package: the same bytes whenever and wherever it is made. */
export type Stamp = { version: string; mtimeSeconds: number };

/** Every folder above the files, outermost first, each once. */
export function foldersOf(files: readonly PackedFile[]): string[] {
  const folders = files.flatMap(({ path }) => {
    const parts = path.split("/").slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  });
  return [...new Set(folders)].toSorted();
}

export function text(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Zeros up to the next multiple of `to`. */
export function padding(length: number, to: number): Uint8Array {
  return new Uint8Array((to - (length % to)) % to);
}

/** RFC 1952 without a time and without the system it was made on. */
export function gzip(bytes: Uint8Array): Uint8Array {
  const packed = Bun.gzipSync(Uint8Array.from(bytes), { level: 6 });
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}

export function hash(algorithm: "md5" | "sha1" | "sha256", bytes: Uint8Array): string {
  return new Bun.CryptoHasher(algorithm).update(bytes).digest("hex");
}
