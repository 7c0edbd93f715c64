#!/bin/sh
# The AWS CLI: does one check and prints one line of JSON.
#   client.sh AWS CHECK
set -u
aws=$1
check=$2

quote() {
  printf '%s' "$1" | tr '\n\t\r' '   ' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

case $check in
  version) said=$("$aws" --version 2>&1 | sed 's/^aws-cli\/\([^ ]*\) .*/\1/') ;;
  whoami)
    # Named on the command line, since older releases do not know AWS_ENDPOINT_URL_STS.
    said=$("$aws" sts get-caller-identity --endpoint-url "$AWS_ENDPOINT_URL_STS" --query Arn --output text 2>&1)
    ;;
  # A line of NAME VALUE TYPE LOCATION.
  region) said=$("$aws" configure list 2>&1 | awk '$1 == "region" && $3 == "imds" { print $2 }') ;;
  *) said="no check called $check" && false ;;
esac
code=$?

# What it printed is the value, or else the reason.
if [ "$code" -eq 0 ] && [ -n "$said" ]; then
  printf '{"ok":true,"value":"%s","detail":""}\n' "$(quote "$said")"
else
  printf '{"ok":false,"value":"","detail":"exit code %s: %s"}\n' "$code" "$(quote "$said")"
fi
