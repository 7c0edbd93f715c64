// The operating system's keychain, by keytar's native part. Its own loader looks for files at run time and finds none
// in a compiled program, so the one that fits is named here: Bun folds the branches for each build's platform and
// embeds just that one.

declare const BUILD_MUSL: boolean | undefined;

export type Keytar = {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
};

/** Throws where the platform has none, or its library is not installed. */
export function loadKeytar(): Keytar {
  if (process.platform === "linux" && typeof BUILD_MUSL === "boolean" && BUILD_MUSL) {
    if (process.arch === "x64") return require("keytar/prebuilds/linuxmusl-x64/keytar.node") as Keytar;
  } else if (process.platform === "linux") {
    if (process.arch === "x64") return require("keytar/prebuilds/linux-x64/keytar.node") as Keytar;
    if (process.arch === "arm64") return require("keytar/prebuilds/linux-arm64/keytar.node") as Keytar;
  } else if (process.platform === "darwin") {
    if (process.arch === "x64") return require("keytar/prebuilds/darwin-x64/keytar.node") as Keytar;
    if (process.arch === "arm64") return require("keytar/prebuilds/darwin-arm64/keytar.node") as Keytar;
  } else if (process.platform === "win32") {
    if (process.arch === "x64") return require("keytar/prebuilds/win32-x64/keytar.node") as Keytar;
  }
  throw new Error(`no keychain for ${process.platform}-${process.arch}`);
}
