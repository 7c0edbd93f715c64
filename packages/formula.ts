// The Homebrew formula, for the macOS and Linux archives of a release.
import { ABOUT } from "./about.ts";

export type FormulaInput = {
  version: string;
  /** The address of the folder that holds the release's files. */
  url: string;
  /** By target, the SHA-256 of its archive. */
  sums: Readonly<Record<string, string>>;
};

const BLOCKS = [
  ["macos", "arm", "darwin-arm64"],
  ["macos", "intel", "darwin-x64"],
  ["linux", "arm", "linux-arm64"],
  ["linux", "intel", "linux-x64"],
] as const;

export function homebrewFormula({ version, url, sums }: FormulaInput): string {
  const folder = url.replace(/\/+$/, "");
  const systems = ["macos", "linux"].map((system) => {
    const blocks = BLOCKS.filter(([one, , target]) => one === system && sums[target] !== undefined).map(
      ([, processor, target]) => `    on_${processor} do
      url "${folder}/metacred-${version}-${target}.tar.gz"
      sha256 "${sums[target]}"
    end
`,
    );
    return blocks.length === 0 ? "" : `  on_${system} do\n${blocks.join("")}  end\n`;
  });
  return `class Metacred < Formula
  desc "${ABOUT.summary}"
  homepage "${homepageOf(folder)}"
  version "${version}"
  license "${ABOUT.license}"

${systems.join("")}
  def install
    bin.install "metacred"
    # Bun's own signature is not always one that macOS accepts.
    system "codesign", "--force", "--sign", "-", bin/"metacred" if OS.mac?
    bash_completion.install "completions/metacred.bash" => "metacred"
    zsh_completion.install "completions/metacred.zsh" => "_metacred"
    fish_completion.install "completions/metacred.fish"
    man1.install "man/metacred.1"
  end

  test do
    assert_equal version.to_s, shell_output("#{bin}/metacred --version").strip
  end
end
`;
}

// A folder of files is no page at GitHub.
function homepageOf(folder: string): string {
  return folder.replace(/^(https:\/\/github\.com\/[^/]+\/[^/]+)\/releases\/download\/[^/]+$/, "$1");
}
