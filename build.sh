#!/bin/sh
# Builds the program into one file.
#   sh build.sh       for this machine: dist/metacred
#   sh build.sh all   for every platform: dist/metacred-OS-ARCH
#   sh build.sh release   for every platform, packed: archives, .deb, .rpm and SHA256SUMS in dist/release
# METACRED_VERSION builds under another version than package.json's, METACRED_DIST into another folder. A release takes
# its version from git as well. METACRED_TARGETS packs fewer platforms; METACRED_RELEASE_URL, the address at which the
# release will be, adds a Homebrew formula.
set -eu

TARGETS=${METACRED_TARGETS:-linux-x64 linux-arm64 linux-x64-musl darwin-arm64 darwin-x64 windows-x64}

fail() {
  printf 'build.sh: %s\n  try: %s\n' "$1" "$2" >&2
  exit 1
}

# The pinned Bun. npm leaves its own stub in .bin where install scripts are off: then the package of the platform has it.
find_bun() {
  pinned=$(sed -n 's/^ *"bun": "\([0-9.]*\)",*$/\1/p' package.json)
  for candidate in node_modules/.bin/bun node_modules/@oven/bun-*/bin/bun "$(command -v bun || true)"; do
    if [ "$("$candidate" --version 2>/dev/null)" = "$pinned" ]; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail "Bun $pinned is not installed" 'npm ci'
}

# compile FILE [BUN_OPTION…]: the one build line. Both --no-compile-autoload options are for security: without them
# the program would run code of a bunfig.toml, and load a .env, of whatever folder it is started in.
compile() {
  file=$1
  shift
  case $* in *-musl*) musl=true ;; *) musl=false ;; esac
  "$bun" build src/main.ts src/cli.ts src/engine.ts src/keychain.ts src/turn.ts --compile --minify --sourcemap=linked --bytecode --format=esm \
    --no-compile-autoload-bunfig --no-compile-autoload-dotenv \
    --define BUILD_VERSION="\"$version\"" --define BUILD_MUSL="$musl" "$@" --outfile "$file" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "Bun could not build ${*:-the program}" 'read what it says above'
  }
  # The file's embedded source maps name a module once for every bundle that holds it. A second copy of the AWS SDK,
  # in the quick half, would make each `status` three times slower.
  copies=$(LC_ALL=C grep -aoF client-sts/dist-es/STSClient.js "$file" | wc -l)
  [ "$copies" -eq 1 ] || fail "the AWS SDK is in the program $((copies)) times, not once" 'look at what src/main.ts imports'
}

# From the root folder: the program must find its second half anywhere.
check_it_runs() {
  said=$(cd / && "$1" --version) || said="nothing (exit code $?)"
  [ "$said" = "$version" ] || fail "the program says $said to --version, not $version" "$1 --version"
}

build_host() {
  compile "$work/metacred"
  check_it_runs "$work/metacred"
  mv -f "$work/metacred" "$dist/metacred"
}

build_all() {
  mkdir "$work/programs"
  for target in $TARGETS; do
    extension=
    [ "${target%%-*}" != windows ] || extension=.exe
    mkdir "$work/$target"
    # The same inner name for all, since it is what stack traces show.
    compile "$work/$target/metacred$extension" "--target=bun-$target"
    mv "$work/$target/metacred$extension" "$work/programs/metacred-$target$extension"
  done
}

build_release() {
  build_all
  mkdir "$work/release"
  "$bun" packages/release.ts "$work/programs" "$work/release" "$version" "$(commit_seconds)"
  rm -rf "$dist/release"
  mv "$work/release" "$dist/release"
}

# The version of package.json for the commit that is tagged with it; any other commit is named behind it.
release_version() {
  commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || commit=
  changed=$(git status --porcelain 2>/dev/null) || changed=
  tag=$(git describe --exact-match --tags --match "v$1" 2>/dev/null) || tag=
  if [ -z "$commit" ] || { [ "$tag" = "v$1" ] && [ -z "$changed" ]; }; then
    printf '%s\n' "$1"
  else
    printf '%s-git.%s%s\n' "$1" "$commit" "${changed:+.changed}"
  fi
}

# The time that files in packages are said to be of: the commit's, or, without one, the first that a .zip can name.
commit_seconds() { git log -1 --format=%ct 2>/dev/null || echo 315532800; }

CDPATH='' cd -- "$(dirname -- "$0")"
# They would change what Bun does, or what it puts in.
unset BUN_OPTIONS BUN_BE_BUN NODE_ENV

version=${METACRED_VERSION:-}
if [ -z "$version" ]; then
  version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
  [ "${1-}" != release ] || version=$(release_version "$version")
fi
case $version in
  # A program that calls itself -dev looks for its source files.
  '' | *[!0-9A-Za-z.-]* | *-dev) fail "\"$version\" is no version" 'METACRED_VERSION=1.2.3 sh build.sh' ;;
esac
bun=$(find_bun)

dist=${METACRED_DIST:-dist}
mkdir -p "$dist"
dist=$(CDPATH='' cd -- "$dist" && pwd)
work=$(mktemp -d "$dist/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

case ${1-} in
  '') build_host ;;
  all)
    build_all
    mv -f "$work/programs"/* "$dist"
    ;;
  release) build_release ;;
  *) fail "there is nothing called \"$1\" to build" 'sh build.sh, sh build.sh all, or sh build.sh release' ;;
esac
