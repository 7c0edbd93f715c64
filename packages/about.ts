// What packages say about the program, and where its files belong on a system.
import { type PackedFile, gzip } from "./tree.ts";

export const ABOUT = {
  name: "metacred",
  summary: "AWS credentials at 169.254.169.254 for the role you choose",
  description:
    "metacred makes a machine look like an EC2 instance: every AWS SDK and tool on it finds short-lived credentials, " +
    "told nothing, for the role its user chose. The role is changed with one command, without a restart.",
  license: "Apache-2.0",
} as const;

/**
 * What it runs or loads, by the packages' names at Debian and where rpm is at home. Only the C library must be there:
 * without the others there is no redirect, no keychain, no desktop notice, no browser. The keychain's part is C++.
 */
export const NEEDS = {
  deb: {
    depends: ["libc6 (>= 2.17)"],
    recommends: ["nftables | iptables", "iproute2", "sudo | opendoas | pkexec", "libsecret-1-0", "libstdc++6"],
    suggests: ["libnotify-bin", "xdg-utils"],
  },
  rpm: {
    requires: ["libc.so.6(GLIBC_2.17)(64bit)"],
    recommends: ["nftables", "iproute", "sudo", "libsecret", "libstdc++"],
    suggests: ["libnotify", "xdg-utils"],
  },
} as const;

/** Lines of at most so many characters, divided at blanks. */
export function folded(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Everything but the program, as the checkout has it. */
export type Extras = {
  license: Uint8Array;
  readme: Uint8Array;
  changelog: Uint8Array;
  manual: Uint8Array;
  /** By file name, `metacred.bash`. */
  completions: Readonly<Record<string, Uint8Array>>;
  /** By file name: what the README leads to. */
  docs: Readonly<Record<string, Uint8Array>>;
};

/** The archive that install.sh and Homebrew take: one folder. */
export function archiveFiles(folder: string, program: string, bytes: Uint8Array, extras: Extras): PackedFile[] {
  const plain = (path: string, contents: Uint8Array) => ({ path: `${folder}/${path}`, mode: 0o644, bytes: contents });
  return [
    { path: `${folder}/${program}`, mode: 0o755, bytes },
    plain("CHANGELOG.md", extras.changelog),
    plain("LICENSE", extras.license),
    plain("README.md", extras.readme),
    ...Object.entries(extras.completions).map(([name, contents]) => plain(`completions/${name}`, contents)),
    ...Object.entries(extras.docs).map(([name, contents]) => plain(`docs/${name}`, contents)),
    plain("man/metacred.1", extras.manual),
  ];
}

/** Debian's shells look in other folders than those of the distributions that use rpm. */
export function systemFiles(bytes: Uint8Array, extras: Extras, zshFolder: string): PackedFile[] {
  const plain = (path: string, contents: Uint8Array | undefined) => ({
    path: `usr/share/${path}`,
    mode: 0o644,
    bytes: contents ?? new Uint8Array(),
  });
  return [
    { path: "usr/bin/metacred", mode: 0o755, bytes },
    plain("bash-completion/completions/metacred", extras.completions["metacred.bash"]),
    plain("doc/metacred/CHANGELOG.md", extras.changelog),
    plain("doc/metacred/README.md", extras.readme),
    plain("doc/metacred/copyright", extras.license),
    ...Object.entries(extras.docs).map(([name, contents]) => plain(`doc/metacred/docs/${name}`, contents)),
    plain("fish/vendor_completions.d/metacred.fish", extras.completions["metacred.fish"]),
    plain("man/man1/metacred.1.gz", gzip(extras.manual)),
    plain(`zsh/${zshFolder}/_metacred`, extras.completions["metacred.zsh"]),
  ];
}
