// cpio(5), the "newc" format: the payload of an RPM package.
import { type PackedFile, type Stamp, joined, padding, text } from "./tree.ts";

const ALIGNED = 4;

/** `mode` holds the kind of each as well: a regular file, a folder. */
export function cpio(files: readonly PackedFile[], { mtimeSeconds }: Stamp): Uint8Array {
  const parts = files.flatMap(({ path, mode, bytes }, index) =>
    entry(`./${path}`, bytes, { inode: index + 1, mode, mtimeSeconds }),
  );
  return joined([...parts, ...entry("TRAILER!!!", new Uint8Array(), { inode: 0, mode: 0, mtimeSeconds: 0 })]);
}

type Facts = { inode: number; mode: number; mtimeSeconds: number };

function entry(name: string, bytes: Uint8Array, { inode, mode, mtimeSeconds }: Facts): Uint8Array[] {
  const nameBytes = text(`${name}\0`);
  // inode, mode, uid, gid, links, mtime, size, four device numbers, name's length, a sum that this format leaves 0.
  const fields = [inode, mode, 0, 0, 1, mtimeSeconds, bytes.length, 0, 1, 0, 0, nameBytes.length, 0];
  const header = text(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [header, nameBytes, padding(header.length + nameBytes.length, ALIGNED), bytes, padding(bytes.length, ALIGNED)];
}
