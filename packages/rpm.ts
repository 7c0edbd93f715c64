// An RPM package: lead, signature, header, and a gzipped cpio archive (rpm's docs/manual/format). Not signed: what is
// checked is SHA256SUMS, as of every other file of a release.
import { ABOUT, type Extras, NEEDS, folded, systemFiles } from "./about.ts";
import { cpio } from "./cpio.ts";
import { packageVersion } from "./deb.ts";
import { type RpmValue, rpmHeader } from "./rpm-header.ts";
import { type PackedFile, type Stamp, foldersOf, gzip, hash, joined, padding, text } from "./tree.ts";

export type RpmArchitecture = "x86_64" | "aarch64";

const LESS_OR_EQUAL_RPMLIB = 0x0100000a;
const FOLDER = 0o040000;
const REGULAR = 0o100000;
const EQUAL = 8;

export function rpm(program: Uint8Array, extras: Extras, architecture: RpmArchitecture, stamp: Stamp): Uint8Array {
  const files = withOwnFolders(systemFiles(program, extras, "site-functions"));
  const archive = cpio(files, stamp);
  const payload = gzip(archive);
  const header = rpmHeader(63, tagsOf(files, architecture, stamp, hash("sha256", payload)));
  const signature = rpmHeader(
    62,
    new Map<number, RpmValue>([
      [269, string(hash("sha1", header))],
      [273, string(hash("sha256", header))],
      [1000, { type: "int32", values: [header.length + payload.length] }],
      [1004, { type: "bytes", bytes: Buffer.from(hash("md5", joined([header, payload])), "hex") }],
      [1007, { type: "int32", values: [archive.length] }],
    ]),
  );
  return joined([
    lead(`${ABOUT.name}-${packageVersion(stamp.version)}-1`, architecture),
    signature,
    padding(signature.length, 8),
    header,
    payload,
  ]);
}

// rpm takes away only those folders that a package names; those that it shares with others are not its own.
function withOwnFolders(files: readonly PackedFile[]): PackedFile[] {
  const own = foldersOf(files).filter((path) => `${path}/`.includes(`/${ABOUT.name}/`));
  const folders = own.map((path) => ({ path, mode: FOLDER | 0o755, bytes: new Uint8Array() }));
  const regular = files.map((file) => ({ ...file, mode: REGULAR | file.mode }));
  return [...folders, ...regular].toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

// Only its magic number is still looked at; the rest is what rpm itself writes there.
function lead(name: string, architecture: RpmArchitecture): Uint8Array {
  const bytes = new Uint8Array(96);
  bytes.set([0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, architecture === "x86_64" ? 1 : 19]);
  bytes.set(text(name).subarray(0, 65), 10);
  bytes.set([0, 1, 0, 5], 76);
  return bytes;
}

function tagsOf(
  files: readonly PackedFile[],
  architecture: RpmArchitecture,
  { version: plainVersion, mtimeSeconds }: Stamp,
  payloadHash: string,
): Map<number, RpmValue> {
  const version = packageVersion(plainVersion);
  const folders = [...new Set(files.map(({ path }) => folderOf(path)))];
  const { requires, recommends, suggests } = NEEDS.rpm;
  const rpmlib = [
    ["rpmlib(CompressedFileNames)", "3.0.4-1"],
    ["rpmlib(FileDigests)", "4.6.0-1"],
    ["rpmlib(PayloadFilesHavePrefix)", "4.0-1"],
  ] as const;
  const anyVersion = (names: readonly string[]) => [strings(names.map(() => "")), int32(names.map(() => 0))] as const;
  const [recommendedVersions, recommendedFlags] = anyVersion(recommends);
  const [suggestedVersions, suggestedFlags] = anyVersion(suggests);
  const each = <Value>(value: (file: PackedFile, index: number) => Value) =>
    files.map((file, index) => value(file, index));
  return new Map<number, RpmValue>([
    [100, { type: "strings", values: ["C"] }],
    [1000, string(ABOUT.name)],
    [1001, string(version)],
    [1002, string("1")],
    [1004, { type: "i18n", values: [ABOUT.summary] }],
    [1005, { type: "i18n", values: [folded(ABOUT.description, 78).join("\n")] }],
    [1006, int32([mtimeSeconds])],
    [1007, string("localhost")],
    [1009, int32([files.reduce((total, { bytes }) => total + bytes.length, 0)])],
    [1014, string(ABOUT.license)],
    [1016, { type: "i18n", values: ["Unspecified"] }],
    [1021, string("linux")],
    [1022, string(architecture)],
    [1028, int32(each(({ bytes }) => bytes.length))],
    [1030, { type: "int16", values: each(({ mode }) => mode) }],
    [1033, { type: "int16", values: each(() => 0) }],
    [1034, int32(each(() => mtimeSeconds))],
    [1035, strings(each(({ mode, bytes }) => (isFolder(mode) ? "" : hash("sha256", bytes))))],
    [1036, strings(each(() => ""))],
    [1037, int32(each(flagOf))],
    [1039, strings(each(() => "root"))],
    [1040, strings(each(() => "root"))],
    [1044, string(`${ABOUT.name}-${version}-1.src.rpm`)],
    [1045, int32(each(() => -1 >>> 0))],
    [1047, strings([ABOUT.name])],
    [1048, int32([...requires.map(() => 0), ...rpmlib.map(() => LESS_OR_EQUAL_RPMLIB)])],
    [1049, strings([...requires, ...rpmlib.map(([name]) => name)])],
    [1050, strings([...requires.map(() => ""), ...rpmlib.map(([, version]) => version)])],
    [1064, string("4.18.0")],
    [1095, int32(each(() => 1))],
    [1096, int32(each((_, index) => index + 1))],
    [1097, strings(each(() => ""))],
    [1112, int32([EQUAL])],
    [1113, strings([`${version}-1`])],
    [1116, int32(each(({ path }) => folders.indexOf(folderOf(path))))],
    [1117, strings(each(({ path }) => path.slice(path.lastIndexOf("/") + 1)))],
    [1118, strings(folders)],
    [1124, string("cpio")],
    [1125, string("gzip")],
    [1126, string("6")],
    [5046, strings(recommends)],
    [5047, recommendedVersions],
    [5048, recommendedFlags],
    [5049, strings(suggests)],
    [5050, suggestedVersions],
    [5051, suggestedFlags],
    // 8 is SHA-256 in OpenPGP's numbering.
    [5011, int32([8])],
    [5062, string("utf-8")],
    [5092, strings([payloadHash])],
    [5093, int32([8])],
  ]);
}

function isFolder(mode: number): boolean {
  return (mode & FOLDER) !== 0;
}

/** What rpm calls licence and documentation: RPMFILE_LICENSE, RPMFILE_DOC. */
function flagOf({ path, mode }: PackedFile): number {
  if (path.endsWith("/copyright")) return 128;
  return !isFolder(mode) && /\/(man|doc)\//.test(path) ? 2 : 0;
}

function folderOf(path: string): string {
  return `/${path.slice(0, path.lastIndexOf("/") + 1)}`;
}

function string(value: string): RpmValue {
  return { type: "string", value };
}

function strings(values: readonly string[]): RpmValue {
  return { type: "strings", values };
}

function int32(values: readonly number[]): RpmValue {
  return { type: "int32", values };
}
