// Requests that went wrong, the same ones for the same seed: what clients really send, cut, doubled, flipped and mixed.
import { seededChance } from "../support/chance.ts";

export type Random = {
  /** From 0 up to, not including, `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
};

export function randomOf(seed: number): Random {
  const next = seededChance(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (items) => items[below(items.length)] ?? items[0] };
}

/** One to six mutations of a request of the corpus; now and then the request as it is. */
export function mutated(corpus: readonly [string, ...string[]], random: Random): string {
  let text = random.pick(corpus);
  for (let left = random.below(7); left > 0; left--) {
    text = random.pick(MUTATIONS)(text, random, corpus).slice(0, MAX_CHARACTERS);
  }
  return text;
}

// --- internal ---

type Mutation = (text: string, random: Random, corpus: readonly [string, ...string[]]) => string;

const MAX_CHARACTERS = 60_000;

const WORDS: readonly [string, ...string[]] = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  " ",
  "\t",
  ":",
  "/",
  "//",
  "..",
  "/../",
  "%2e%2e",
  "%00",
  "%2F",
  "%",
  "%zz",
  "?",
  "#",
  "=",
  "\u00a0",
  "\u00ff",
  "-1",
  "0",
  "21601",
  "99999999999999999999",
  "0x10",
  "1e9",
  "NaN",
  "__proto__",
  "constructor",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/1.9",
  "GET ",
  "HEAD ",
  "CONNECT ",
  "OPTIONS *",
  "http://169.254.169.254",
  "http://evil.com",
  "https://",
  "Host: evil.com\r\n",
  "Host: 169.254.169.254\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 99999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Expect: 100-continue\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n",
  "X-Forwarded-For: 1.2.3.4\r\n",
  "Origin: null\r\n",
  "X-aws-ec2-metadata-token: x\r\n",
  "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n",
  "Authorization: x\r\n",
  " folded\r\n",
  "5\r\nhello\r\n0\r\n\r\n",
];

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (text, random) => splice(text, random.below(text.length + 1), 1, String.fromCharCode(random.below(256))),
  (text, random) => splice(text, random.below(text.length + 1), random.below(20), ""),
  (text, random) => splice(text, random.below(text.length + 1), 0, random.pick(WORDS)),
  (text, random) => splice(text, random.below(text.length + 1), random.below(12), random.pick(WORDS)),
  (text, random) => atLine(text, random, (line) => line + line),
  (text, random) => atLine(text, random, () => ""),
  (text, random) => atLine(text, random, (line) => line.repeat(random.below(300))),
  (text, random) => atLine(text, random, (line) => `${random.pick(WORDS)}${line}`),
  (text, random) => atLine(text, random, (line) => line.toUpperCase()),
  (text, random) => atLine(text, random, (line) => `X: ${"x".repeat(random.below(20_000))}\r\n${line}`),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text) => text.replaceAll("\r\n", "\n"),
  (text, random) => text.replace(/\d+/g, (digits) => (random.below(3) === 0 ? random.pick(WORDS) : digits)),
  (text, random, corpus) => text + random.pick(corpus),
  (text, random, corpus) => {
    const other = random.pick(corpus);
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  },
  (text, random) =>
    `${Array.from({ length: random.below(200) }, () => String.fromCharCode(random.below(256))).join("")}${text}`,
];

function splice(text: string, at: number, length: number, replacement: string): string {
  return text.slice(0, at) + replacement + text.slice(at + length);
}

function atLine(text: string, random: Random, change: (line: string) => string): string {
  const lines = text.split(/(?<=\r\n)/);
  const index = random.below(lines.length);
  return lines.map((line, place) => (place === index ? change(line) : line)).join("");
}
