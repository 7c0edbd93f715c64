// The .zip of Windows, as PKWARE's APPNOTE describes it: deflated entries, times fixed.
import { type PackedFile, joined, text } from "./tree.ts";

// 1980-01-01, the first day that the format knows.
const FIRST_DATE = 0x0021;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;

export function zip(files: readonly PackedFile[]): Uint8Array {
  const bodies: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { path, mode, bytes } of files) {
    const name = text(path);
    const packed = Bun.deflateSync(Uint8Array.from(bytes), { level: 6 });
    const facts = shorts(20, UTF8_NAMES, DEFLATED, 0, FIRST_DATE);
    const sizes = joined([longs(Bun.hash.crc32(bytes), packed.length, bytes.length), shorts(name.length, 0)]);
    const local = joined([longs(0x04034b50), facts, sizes, name]);
    bodies.push(local, packed);
    // Made by Unix, so that modes are kept where they mean something.
    const place = joined([shorts(0, 0, 0), longs((0o100000 | mode) * 0x10000, offset)]);
    directory.push(longs(0x02014b50), shorts(0x0314), facts, sizes, place, name);
    offset += local.length + packed.length;
  }
  const index = joined(directory);
  const end = [longs(0x06054b50), shorts(0, 0, files.length, files.length), longs(index.length, offset), shorts(0)];
  return joined([...bodies, index, ...end]);
}

function shorts(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [index, value] of values.entries()) view.setUint16(index * 2, value, true);
  return new Uint8Array(view.buffer);
}

function longs(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return new Uint8Array(view.buffer);
}
