// The header structure of an RPM package: an index of tags and a store of their values (rpm's docs/manual/format).

export type RpmValue =
  | { type: "int16" | "int32"; values: readonly number[] }
  | { type: "string"; value: string }
  | { type: "strings" | "i18n"; values: readonly string[] }
  | { type: "bytes"; bytes: Uint8Array };

const TYPE = { int16: 3, int32: 4, string: 6, bytes: 7, strings: 8, i18n: 9 } as const;
const ENTRY_BYTES = 16;

/** `region` is the tag that says that this header is whole and unchanged: 62 of a signature, 63 of a package. */
export function rpmHeader(region: 62 | 63, tags: ReadonlyMap<number, RpmValue>): Uint8Array {
  const sorted = [...tags].toSorted(([left], [right]) => left - right);
  const count = sorted.length + 1;
  const store: Uint8Array[] = [];
  let size = 0;
  const add = (bytes: Uint8Array, alignment: number): number => {
    const padding = (alignment - (size % alignment)) % alignment;
    store.push(new Uint8Array(padding), bytes);
    size += padding + bytes.length;
    return size - bytes.length;
  };
  const entries = sorted.map(([tag, value]) => {
    const alignment = value.type === "int32" ? 4 : value.type === "int16" ? 2 : 1;
    return entry(tag, TYPE[value.type], add(bytesOf(value), alignment), countOf(value));
  });
  // The region's own entry points to a copy of itself behind all values, which says where the index began.
  const trailer = entry(region, TYPE.bytes, -count * ENTRY_BYTES, ENTRY_BYTES);
  const first = entry(region, TYPE.bytes, add(trailer, 1), ENTRY_BYTES);
  const intro = new DataView(new ArrayBuffer(16));
  intro.setUint32(0, 0x8eade801);
  intro.setUint32(8, count);
  intro.setUint32(12, size);
  return Uint8Array.from(Buffer.concat([new Uint8Array(intro.buffer), first, ...entries, ...store]));
}

function entry(tag: number, type: number, offset: number, count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(ENTRY_BYTES));
  view.setInt32(0, tag);
  view.setInt32(4, type);
  view.setInt32(8, offset);
  view.setInt32(12, count);
  return new Uint8Array(view.buffer);
}

function countOf(value: RpmValue): number {
  if (value.type === "string") return 1;
  return value.type === "bytes" ? value.bytes.length : value.values.length;
}

function bytesOf(value: RpmValue): Uint8Array {
  switch (value.type) {
    case "bytes":
      return value.bytes;
    case "string":
      return new TextEncoder().encode(`${value.value}\0`);
    case "strings":
    case "i18n":
      return new TextEncoder().encode(value.values.map((one) => `${one}\0`).join(""));
    case "int16":
    case "int32": {
      const width = value.type === "int16" ? 2 : 4;
      const view = new DataView(new ArrayBuffer(value.values.length * width));
      for (const [index, one] of value.values.entries()) {
        if (width === 2) view.setUint16(index * 2, one);
        else view.setUint32(index * 4, one);
      }
      return new Uint8Array(view.buffer);
    }
  }
}
