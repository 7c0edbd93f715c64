// From the programs of one build to everything that is handed out: bun packages/release.ts PROGRAMS OUT VERSION SECONDS
// PROGRAMS holds metacred-TARGET[.exe]; SECONDS is the time that every file is said to be of.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Extras, archiveFiles } from "./about.ts";
import { type DebArchitecture, deb, packageVersion } from "./deb.ts";
import { homebrewFormula } from "./formula.ts";
import { type RpmArchitecture, rpm } from "./rpm.ts";
import { tar } from "./tar.ts";
import { type Stamp, gzip, hash } from "./tree.ts";
import { zip } from "./zip.ts";

const ROOT = join(import.meta.dir, "..");

const LINUX_PACKAGES: Readonly<Record<string, { deb: DebArchitecture; rpm: RpmArchitecture }>> = {
  "linux-x64": { deb: "amd64", rpm: "x86_64" },
  "linux-arm64": { deb: "arm64", rpm: "aarch64" },
};

/** Name and bytes of each file, one after the other: two programs at once would be much to hold in memory. */
async function* releaseFiles(programs: string, stamp: Stamp): AsyncGenerator<[string, Uint8Array]> {
  const extras = await readExtras();
  const { version } = stamp;
  for (const name of readdirSync(programs).toSorted()) {
    const target = name.replace(/^metacred-/, "").replace(/\.exe$/, "");
    const bytes = await Bun.file(join(programs, name)).bytes();
    const folder = `metacred-${version}-${target}`;
    if (name.endsWith(".exe")) {
      yield [`${folder}.zip`, zip(archiveFiles(folder, "metacred.exe", bytes, extras))];
      continue;
    }
    yield [`${folder}.tar.gz`, gzip(tar(archiveFiles(folder, "metacred", bytes, extras), stamp))];
    const packages = LINUX_PACKAGES[target];
    if (packages === undefined) continue;
    const forSystem = packageVersion(version);
    yield [`metacred_${forSystem}_${packages.deb}.deb`, deb(bytes, extras, packages.deb, stamp)];
    yield [`metacred-${forSystem}-1.${packages.rpm}.rpm`, rpm(bytes, extras, packages.rpm, stamp)];
  }
  yield ["install.sh", await read("install.sh")];
}

async function readExtras(): Promise<Extras> {
  const shells = ["bash", "fish", "ps1", "zsh"].map((shell) => `metacred.${shell}`);
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => !name.endsWith(".ts"));
  return {
    license: await read("LICENSE"),
    readme: await read("README.md"),
    changelog: await read("CHANGELOG.md"),
    manual: await read("packages/metacred.1"),
    completions: await readAll("completions", shells),
    docs: await readAll("docs", docs.toSorted()),
  };
}

async function readAll(folder: string, names: readonly string[]): Promise<Record<string, Uint8Array>> {
  const files = names.map(async (name) => [name, await read(`${folder}/${name}`)] as const);
  return Object.fromEntries(await Promise.all(files));
}

function read(name: string): Promise<Uint8Array> {
  return Bun.file(join(ROOT, name)).bytes();
}

/** Writes them, the formula where the release's address is known, and the sums of them all. */
async function makeRelease(programs: string, out: string, stamp: Stamp, url: string | undefined): Promise<void> {
  const sums: Record<string, string> = {};
  const put = async (name: string, bytes: Uint8Array) => {
    await Bun.write(join(out, name), bytes);
    sums[name] = hash("sha256", bytes);
  };
  for await (const [name, bytes] of releaseFiles(programs, stamp)) await put(name, bytes);
  if (url !== undefined) {
    const { version } = stamp;
    const target = (name: string) => name.slice(`metacred-${version}-`.length, -".tar.gz".length);
    const archives = Object.entries(sums).filter(([name]) => name.endsWith(".tar.gz"));
    const byTarget = Object.fromEntries(archives.map(([name, sum]) => [target(name), sum]));
    await put("metacred.rb", new TextEncoder().encode(homebrewFormula({ version, url, sums: byTarget })));
  }
  const lines = Object.entries(sums).toSorted(([left], [right]) => (left < right ? -1 : 1));
  await Bun.write(join(out, "SHA256SUMS"), lines.map(([name, sum]) => `${sum}  ${name}\n`).join(""));
}

if (import.meta.main) {
  const [programs = "", out = "", version = "", seconds = ""] = process.argv.slice(2);
  const stamp = { version, mtimeSeconds: Number(seconds) };
  await makeRelease(programs, out, stamp, process.env["METACRED_RELEASE_URL"] || undefined);
}
