// Bytes of a terminal in raw mode to keys. Pure.

export type Key =
  | { kind: "text"; text: string }
  | { kind: "up" | "down" | "page-up" | "page-down" | "first" | "last" }
  | { kind: "choose" | "cancel" | "erase" | "erase-word" | "erase-all" };

const ESCAPE = "\u001B";

// xterm and rxvt for the arrows and their neighbours; readline's and vim's habits for the control keys.
const KEYS = new Map<string, Exclude<Key["kind"], "text">>([
  [`${ESCAPE}[A`, "up"],
  [`${ESCAPE}OA`, "up"],
  ["\u0010", "up"],
  ["\u000B", "up"],
  [`${ESCAPE}[B`, "down"],
  [`${ESCAPE}OB`, "down"],
  ["\u000E", "down"],
  ["\t", "down"],
  [`${ESCAPE}[Z`, "up"],
  [`${ESCAPE}[5~`, "page-up"],
  [`${ESCAPE}[6~`, "page-down"],
  [`${ESCAPE}[H`, "first"],
  [`${ESCAPE}OH`, "first"],
  [`${ESCAPE}[1~`, "first"],
  [`${ESCAPE}[F`, "last"],
  [`${ESCAPE}OF`, "last"],
  [`${ESCAPE}[4~`, "last"],
  ["\r", "choose"],
  ["\n", "choose"],
  ["\u0003", "cancel"],
  ["\u0004", "cancel"],
  ["\u0007", "cancel"],
  ["\u007F", "erase"],
  ["\b", "erase"],
  ["\u0017", "erase-word"],
  ["\u0015", "erase-all"],
]);

// CSI: parameters, intermediates, a final byte. SS3: one byte.
const SEQUENCE = new RegExp(`^${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O[ -~])`);
const BEGUN = new RegExp(`^${ESCAPE}(?:\\[[0-?]*[ -/]*|O)?$`);

/** The keys in `text`, and what may be the beginning of one more: a lone Escape is only known by what follows it. */
export function readKeys(text: string): { keys: Key[]; rest: string } {
  const keys: Key[] = [];
  let rest = text;
  while (rest !== "") {
    if (BEGUN.test(rest)) return { keys, rest };
    const sequence = SEQUENCE.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
    rest = rest.slice(sequence.length);
    const kind = KEYS.get(sequence);
    if (kind !== undefined) keys.push({ kind });
    else if (sequence === ESCAPE) keys.push({ kind: "cancel" });
    else if (!/\p{Cc}/u.test(sequence)) keys.push({ kind: "text", text: sequence });
  }
  return { keys, rest };
}
