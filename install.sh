#!/bin/sh
# Installs metacred for one user: the program, its manual page, completions for bash, zsh and fish. Needs no root.
set -eu

usage() {
  cat <<'USAGE'
usage: sh install.sh [--release URL_OR_FOLDER [--version VERSION]] | --uninstall

  sh install.sh                        build this checkout (needs Node.js 20 and npm, or Bun) and install it
  sh install.sh --release DIR_OR_URL   install what `npm run release` made there, after comparing its SHA-256
  PREFIX=/opt/metacred sh install.sh   into another place than ~/.local
  sh install.sh --uninstall            remove what was installed
USAGE
}

fail() {
  printf 'install.sh: %s\n  try: %s\n' "$1" "$2" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Everything is made ready beside its final place, then moved there by rename, which replaces a running program too.
staged() { printf '%s/.%s.new-%s' "$(dirname -- "$1")" "$(basename -- "$1")" "$$"; }

clean_up() {
  for path in "$program" "$for_man" "$for_bash" "$for_zsh" "$for_fish"; do rm -f "$(staged "$path")"; done
  [ -z "${work-}" ] || rm -rf "$work"
}

# quietly WHAT HINT COMMAND…: its output is shown only where it fails.
quietly() {
  what=$1 hint=$2
  shift 2
  "$@" >"$work/log" 2>&1 </dev/null || {
    cat "$work/log" >&2
    fail "$what" "$hint"
  }
}

# --- from a checkout ---

build_checkout() {
  if has node && has npm; then
    major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$major" -ge 20 ] || fail "Node.js $major is too old to build with" 'Node.js 20 or later, or --release'
    # Bun itself is a development dependency, which NODE_ENV or an .npmrc may leave out.
    set -- npm ci --include=dev --no-audit --no-fund --loglevel=error
  elif has bun; then
    set -- bun install --frozen-lockfile
  else
    fail 'neither npm nor Bun is on PATH, so there is nothing to build with' 'install Node.js 20 or later, or --release'
  fi
  echo 'building metacred (this takes a moment)' >&2
  cd -- "$here"
  quietly "\"$*\" failed" 'look at what it says above' "$@"
  unset METACRED_DIST
  quietly 'the build failed' 'sh build.sh' sh build.sh
  source=$here/dist/metacred manual=$here/packages/metacred.1 completions=$here/completions
  version=$("$source" --version)
}

# --- from a release ---

# Two programs of one processor differ by their C library: glibc's, or musl's as on Alpine.
is_musl() {
  if has ldd; then
    ldd --version 2>&1 | grep -qi musl
  else
    [ -e /lib/ld-musl-x86_64.so.1 ] || [ -e /lib/ld-musl-aarch64.so.1 ]
  fi
}

find_platform() {
  os=$(uname -s) arch=$(uname -m)
  # Rosetta tells an Arm Mac's programs that they run on Intel.
  if [ "$os" = Darwin ] && [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then arch=arm64; fi
  case $os in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
  esac
  case $arch in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
  esac
  platform=$os-$arch
  if [ "$os" = linux ] && is_musl; then platform=$platform-musl; fi
}

# fetch NAME FILE
fetch() {
  case $release in
    http://* | https://*)
      if has curl; then
        # A redirect must not lead from https to http.
        set -- curl -fsSL --proto "=https,${release%%:*}" -o "$2" -- "${release%/}/$1"
      elif has wget; then
        set -- wget -q -O "$2" -- "${release%/}/$1"
      else
        fail 'neither curl nor wget is on PATH' 'download the release, then --release FOLDER'
      fi
      quietly "cannot download $release" 'the address of the folder that holds SHA256SUMS' "$@"
      ;;
    *)
      [ -f "$release/$1" ] || fail "there is no $1 in $release" 'the folder or address that holds SHA256SUMS'
      cp -- "$release/$1" "$2"
      ;;
  esac
}

sha256() {
  if has sha256sum; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi | cut -d ' ' -f 1
}

# The one version that the release has for this platform, where none was asked for.
find_version() {
  offered=$(sed -n "s/^[0-9a-f]\{64\} [ *]metacred-\([0-9].*\)-$platform\.tar\.gz\$/\1/p" "$work/sums")
  case $offered in
    '') fail "the release has no program for $platform" 'a checkout: sh install.sh builds it where Bun runs' ;;
    *"
"*) fail "the release has more than one version: $(echo "$offered" | tr '\n' ' ')" "--version $(echo "$offered" | tail -n 1)" ;;
  esac
  version=$offered
}

take_release() {
  has sha256sum || has shasum || fail 'neither sha256sum nor shasum is on PATH' 'install coreutils or perl'
  find_platform
  fetch SHA256SUMS "$work/sums"
  [ -n "$version" ] || find_version
  folder=metacred-$version-$platform name=metacred-$version-$platform.tar.gz
  sum=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$work/sums")
  [ -n "$sum" ] || fail "the release has no $name" 'another --version, or a checkout: sh install.sh'
  fetch "$name" "$work/$name"
  [ "$(sha256 "$work/$name")" = "$sum" ] ||
    fail "$name is not the file that SHA256SUMS names; nothing was changed" 'download it again, and do not run it'
  quietly "cannot unpack $name" 'install tar and gzip' tar -xzf "$work/$name" -C "$work"
  source=$work/$folder/metacred manual=$work/$folder/man/metacred.1 completions=$work/$folder/completions
}

# --- into place ---

# place FILE PLACE: ready beside its place.
place() {
  cp -- "$1" "$(staged "$2")" || fail "there is no $(basename -- "$1") to install" 'another --version'
}

install_all() {
  for path in "$program" "$for_man" "$for_bash" "$for_zsh" "$for_fish"; do
    [ ! -d "$path" ] || fail "$path is a folder" 'move it away'
    mkdir -p -- "$(dirname -- "$path")" || fail "cannot make the folder of $path" 'PREFIX=FOLDER sh install.sh'
  done
  new=$(staged "$program")
  cp -- "$source" "$new" || fail "cannot write to $(dirname -- "$program")" 'PREFIX=FOLDER sh install.sh'
  chmod 755 "$new"
  # Bun's own signature is not always one that macOS accepts, and then it kills the program at its start
  # (oven-sh/bun issue 29120, and 39758 for newer systems).
  if [ "$(uname -s)" = Darwin ]; then
    quietly 'the program could not be signed' 'xcode-select --install' codesign --force --sign - "$new"
  fi
  said=$("$new" --version </dev/null) || said="nothing (exit code $?)"
  [ "$said" = "$version" ] || fail "the program says $said to --version, not $version; nothing was changed" 'build it, or download it, again'
  place "$manual" "$for_man"
  place "$completions/metacred.bash" "$for_bash"
  place "$completions/metacred.zsh" "$for_zsh"
  place "$completions/metacred.fish" "$for_fish"
  for path in "$for_man" "$for_bash" "$for_zsh" "$for_fish" "$program"; do
    chmod a+r "$(staged "$path")"
    mv -f -- "$(staged "$path")" "$path"
  done
  echo "installed metacred $version: $program"
  echo "manual page, completions for bash, zsh and fish: $PREFIX/share"
  warn_of_path
  echo 'next: metacred demo --keep (a tour, and a mock AWS to play with) or metacred init (from your AWS profiles)'
}

warn_of_path() {
  bin=$(dirname -- "$program")
  case ${SHELL-} in
    */fish) line="fish_add_path '$bin'" file=~/.config/fish/config.fish ;;
    */zsh) line="export PATH=\"$bin:\$PATH\"" file=~/.zshrc ;;
    */bash) line="export PATH=\"$bin:\$PATH\"" file=~/.bashrc ;;
    *) line="export PATH=\"$bin:\$PATH\"" file=~/.profile ;;
  esac
  case :$PATH: in
    *":$bin:"*) ;;
    *) printf '%s is not on PATH; add this line to %s:\n  %s\n' "$bin" "$file" "$line" ;;
  esac
  case ${SHELL-} in
    */zsh)
      echo 'zsh finds the completion once this line stands before compinit in ~/.zshrc:'
      echo "  fpath=('$(dirname -- "$for_zsh")' \$fpath)"
      ;;
  esac
}

uninstall() {
  # Else it would be started at each login, and be missed.
  unit=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user/metacred.service
  agent=$HOME/Library/LaunchAgents/io.metacred.agent.plist
  if [ -x "$program" ] && grep -qsF "$program" "$unit" "$agent"; then
    "$program" service uninstall </dev/null || fail 'it still starts at login' "$program service uninstall"
  fi
  if [ -x "$program" ] && "$program" status >/dev/null 2>&1 </dev/null; then
    fail 'metacred is running' "$program stop, then sh install.sh --uninstall"
  fi
  uid=$(id -u)
  if [ -e "/etc/systemd/system/metacred-redirect-$uid.socket" ] ||
    [ -e "/Library/LaunchDaemons/io.metacred.redirect-$uid.plist" ]; then
    "$program" net uninstall || fail "root's part is still installed" "$program net uninstall"
  fi
  said="no metacred is installed in $PREFIX"
  for path in "$program" "$for_man" "$for_bash" "$for_zsh" "$for_fish"; do
    [ ! -f "$path" ] || said="removed metacred from $PREFIX"
    rm -f -- "$path" || fail "cannot remove $path" 'the user who installed it'
  done
  # Only folders that are empty now, from the inside out.
  for folder in bin share/bash-completion/completions share/bash-completion share/zsh/site-functions share/zsh \
    share/fish/vendor_completions.d share/fish share/man/man1 share/man share; do
    rmdir -- "$PREFIX/$folder" 2>/dev/null || :
  done
  echo "$said"
  for folder in "${XDG_CONFIG_HOME:-$HOME/.config}/metacred" "${XDG_STATE_HOME:-$HOME/.local/state}/metacred" \
    "$HOME/Library/Application Support/metacred"; do
    [ ! -d "$folder" ] || echo "left in place: $folder"
  done
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
release='' version='' action=install
while [ $# -gt 0 ]; do
  case $1 in
    --release | --version)
      [ -n "${2-}" ] || fail "$1 needs a value" 'sh install.sh --help'
      if [ "$1" = --release ]; then release=$2; else version=$2; fi
      shift
      ;;
    --uninstall) action=uninstall ;;
    --help | -h) usage && exit ;;
    *) fail "unknown option \"$1\"" 'sh install.sh --help' ;;
  esac
  shift
done

[ -n "${HOME-}" ] || fail 'HOME is not set' 'HOME=/home/you sh install.sh'
PREFIX=${PREFIX:-$HOME/.local}
case $PREFIX in /*) ;; *) PREFIX=$PWD/$PREFIX ;; esac
program=$PREFIX/bin/metacred
for_man=$PREFIX/share/man/man1/metacred.1
for_bash=$PREFIX/share/bash-completion/completions/metacred
for_zsh=$PREFIX/share/zsh/site-functions/_metacred
for_fish=$PREFIX/share/fish/vendor_completions.d/metacred.fish

if [ "$action" = uninstall ]; then
  uninstall
  exit
fi

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
work=$(mktemp -d)
# Beside the files of a release this script installs them.
[ -n "$release" ] || [ -f "$here/build.sh" ] || release=$here
if [ -n "$release" ]; then
  take_release
else
  [ -z "$version" ] || fail '--version goes with --release' 'sh install.sh --help'
  build_checkout
fi
install_all
