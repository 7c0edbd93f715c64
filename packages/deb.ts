// A Debian package, deb(5): an ar archive of two tar archives.
import { ABOUT, type Extras, NEEDS, folded, systemFiles } from "./about.ts";
import { tar } from "./tar.ts";
import { type Stamp, gzip, hash, joined, text } from "./tree.ts";

export type DebArchitecture = "amd64" | "arm64";

export function deb(program: Uint8Array, extras: Extras, architecture: DebArchitecture, stamp: Stamp): Uint8Array {
  const files = systemFiles(program, extras, "vendor-completions");
  const control = text(`Package: ${ABOUT.name}
Version: ${packageVersion(stamp.version)}
Architecture: ${architecture}
Maintainer: the metacred authors <metacred@users.noreply.github.com>
Installed-Size: ${Math.ceil(files.reduce((total, { bytes }) => total + bytes.length, 0) / 1024)}
Depends: ${NEEDS.deb.depends.join(", ")}
Recommends: ${NEEDS.deb.recommends.join(", ")}
Suggests: ${NEEDS.deb.suggests.join(", ")}
Section: admin
Priority: optional
Description: ${ABOUT.summary}
 ${folded(ABOUT.description, 78).join("\n ")}
`);
  const sums = text(files.map(({ path, bytes }) => `${hash("md5", bytes)}  ${path}\n`).join(""));
  const about = [
    { path: "control", mode: 0o644, bytes: control },
    { path: "md5sums", mode: 0o644, bytes: sums },
  ];
  return joined([
    text("!<arch>\n"),
    ...member("debian-binary", text("2.0\n"), stamp),
    ...member("control.tar.gz", gzip(tar(about, stamp, "./")), stamp),
    ...member("data.tar.gz", gzip(tar(files, stamp, "./")), stamp),
  ]);
}

/** dpkg and rpm: `~` sorts before the release itself, and `-` divides the version from the package's own. */
export function packageVersion(version: string): string {
  return version.replaceAll("-", "~");
}

function member(name: string, bytes: Uint8Array, { mtimeSeconds }: Stamp): Uint8Array[] {
  const fields = [name.padEnd(16), String(mtimeSeconds).padEnd(12), "0".padEnd(6), "0".padEnd(6), "100644".padEnd(8)];
  const header = text(`${fields.join("")}${String(bytes.length).padEnd(10)}\`\n`);
  return [header, bytes, ...(bytes.length % 2 === 0 ? [] : [text("\n")])];
}
