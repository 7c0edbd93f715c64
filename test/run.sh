#!/bin/sh
# Builds the program, runs every test, and ends in one line: N passed, N failed, N skipped.
# Arguments go to `bun test`: npm test -- test/http
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# Some tests give up root: what they make in TMPDIR they must be able to reach.
chmod 711 "$scratch"
mkdir -m 700 "$scratch/home" "$scratch/run"
mkdir -m 1777 "$scratch/tmp"

# No test may see this user's home, roles or proxy. An AWS SDK reads ~/.aws even where it is given credentials.
for name in $(env | sed -n 's/^\([A-Z]*_[A-Z0-9_]*\)=.*/\1/p' | grep -E '^(AWS|BUN|METACRED|XDG)_'); do
  unset "$name"
done
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
export HOME="$scratch/home" TMPDIR="$scratch/tmp" XDG_RUNTIME_DIR="$scratch/run"

sh build.sh

# In another order each time, so that no test comes to lean on the one before; Bun prints the seed to repeat it with.
status=0
node_modules/.bin/bun test --randomize --timeout 60000 \
  --reporter=junit --reporter-outfile="$scratch/junit.xml" "$@" || status=$?
node_modules/.bin/bun test/report.ts "$scratch/junit.xml" "$status"
