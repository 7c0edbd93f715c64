// execve(2) as the C library has it. Bun's own closes what else was handed down, such as `<(…)` of a shell or a lock that
// is held, and makes other bytes of those that are no UTF-8. Linux alone: elsewhere there is no /proc to learn it from.
import { ptr } from "bun:ffi";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { openCLibrary } from "./c-library.ts";
import { STDERR } from "./is-terminal.ts";

/** Of Linux (asm-generic/fcntl.h). */
const F_SETFD = 2;
const SIGNATURES = {
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
} as const;

/**
 * What was open beyond 0 to 2 when this process was started. To be asked before the process opens anything itself: from
 * Bun's own, which have no file, nothing but that tells them apart.
 */
export function inheritedDescriptors(platform: NodeJS.Platform = process.platform): number[] {
  if (platform !== "linux") return [];
  const folder = "/proc/self/fd";
  try {
    return readdirSync(folder)
      .map(Number)
      .filter((descriptor) => descriptor > STDERR && isHandedDown(`${folder}/${descriptor}`));
  } catch {
    return [];
  }
}

/** Comes back where the system refused, or cannot be asked this way: nothing has changed then. */
export function execveAsGiven(
  file: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  descriptors: readonly number[],
): void {
  const libc = process.platform === "linux" ? openCLibrary(SIGNATURES) : undefined;
  if (libc === undefined) return;
  for (const descriptor of descriptors) libc.fcntl(descriptor, F_SETFD, 0);
  const words = pack(wordsAsGiven(argv, bytesOf("/proc/self/cmdline")));
  const variables = pack(variablesAsGiven(env, bytesOf("/proc/self/environ")));
  libc.execve(pack([encoder.encode(file)]).bytes, words.addresses, variables.addresses);
}

/** `words` are the last of what the kernel keeps: its own bytes, where they mean the same. */
export function wordsAsGiven(words: readonly string[], kept: Uint8Array): Uint8Array[] {
  const given = split(kept).slice(-words.length);
  return words.map((word, index) => sameOr(word, given[index]));
}

/** The kernel's own bytes of every variable that is still what it was. */
export function variablesAsGiven(env: Readonly<Record<string, string>>, kept: Uint8Array): Uint8Array[] {
  const given = new Map(split(kept).map((bytes) => [decoder.decode(bytes), bytes]));
  return Object.entries(env).map(([name, value]) => sameOr(`${name}=${value}`, given.get(`${name}=${value}`)));
}

// --- internal ---

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

// Bun's own: an epoll and an event counter, nothing else.
function isHandedDown(link: string): boolean {
  try {
    return !readlinkSync(link).startsWith("anon_inode:");
  } catch {
    // That of the folder that is being read.
    return false;
  }
}

function sameOr(text: string, given: Uint8Array | undefined): Uint8Array {
  return given !== undefined && decoder.decode(given) === text ? given : encoder.encode(text);
}

function split(kept: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = kept.indexOf(0); end !== -1; end = kept.indexOf(0, start)) {
    parts.push(kept.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}

// Over an ArrayBuffer, which the engine does not move, unlike a small array of its own.
function pack(strings: readonly Uint8Array[]): { bytes: Uint8Array; addresses: BigUint64Array } {
  const size = strings.reduce((sum, { length }) => sum + length + 1, 0);
  const bytes = new Uint8Array(new ArrayBuffer(Math.max(size, 1)));
  const addresses = new BigUint64Array(new ArrayBuffer(8 * (strings.length + 1)));
  const start = ptr(bytes);
  let offset = 0;
  strings.forEach((string, index) => {
    bytes.set(string, offset);
    addresses[index] = BigInt(start + offset);
    offset += string.length + 1;
  });
  return { bytes, addresses };
}
