// What root runs on macOS, whole: guard-script.ts with pf in the place of nft and iptables. It has never run on a Mac:
// tests run it against programs that keep rules and addresses and answer as pfctl and ifconfig are recorded to.
//
// Choices that are not obvious:
// - The anchor is below com.apple/: the stock pf.conf evaluates `rdr-anchor "com.apple/*"` and no other, and is left alone.
// - `pfctl -E` counts references and prints a token, `-X TOKEN` gives it back: pf is switched off with the last of them.
//   Somebody's `pfctl -d` counts nobody: `again` looks whether pf is on, and takes a new reference if not.
// - rdr rules match no user (pf.conf(5)): who asks is decided by the emulator.
// - A newer guard of the same owner is known by its port in the anchor's rules.

import { GUARD_START, GUARD_WORDS, guardLife } from "./guard-frame.ts";

export const DARWIN_GUARD_SCRIPT = String.raw`# metacred: sends port 80 of each ADDRESS to PORT of 127.0.0.1 or ::1.
# Lives as long as its standard input. The line "again" applies anew; at the end everything is undone.
set -uf
unset IFS ENV BASH_ENV CDPATH TMPDIR
PATH=/sbin:/usr/sbin:/bin:/usr/bin LC_ALL=C
export PATH LC_ALL
${GUARD_START}
${GUARD_WORDS}[ $# -ge 2 ] || refuse 'usage: metacred-redirect OWNERUID ADDRESS=PORT..., or OWNERUID clean'
owner=$1 port=0 targets='' token='' reason=''
shift
within "$owner" 0 4294967294 || refuse 'OWNERUID must be a number'
[ "$*" = clean ] || for target in "$@"; do
  split "$target"
  within "$to" 1 65535 || refuse 'PORT must be 1 to 65535'
  [ "$port" != 0 ] || port=$to
  case $address in
    169.254.169.254 | 169.254.170.2 | 169.254.170.23 | fd00:ec2::254 | fd00:ec2::23) ;;
    *) refuse 'ADDRESS must be an emulated one' ;;
  esac
  targets="$targets $address=$to"
done
anchor=com.apple/250.metacred-$owner

rules() {
  for target in $targets; do
    split "$target"
    case $address in
      *:*) echo "rdr pass on lo0 inet6 proto tcp from any to $address port 80 -> ::1 port $to" ;;
      *) echo "rdr pass on lo0 inet proto tcp from any to $address port 80 -> 127.0.0.1 port $to" ;;
    esac
  done
}
aliases_up() {
  for target in $targets; do
    split "$target"
    case $address in
      *:*) /sbin/ifconfig lo0 inet6 "$address" prefixlen 128 alias ;;
      *) /sbin/ifconfig lo0 alias "$address" 255.255.255.255 ;;
    esac || return 1
  done
}
aliases_down() {
  /sbin/ifconfig lo0 | while read -r family address _; do
    case $family,$address in
      inet,169.254.169.254 | inet,169.254.170.2 | inet,169.254.170.23) /sbin/ifconfig lo0 -alias "$address" ;;
      inet6,fd00:ec2::254 | inet6,fd00:ec2::23) /sbin/ifconfig lo0 inet6 "$address" -alias ;;
    esac
  done
}
others() { # the anchors of other users
  /sbin/pfctl -a com.apple -s Anchors 2>/dev/null | while read -r name; do
    case $name in
      "$anchor") ;;
      com.apple/250.metacred-*) echo "$name" ;;
    esac
  done
}
is_ours() { # nobody else's port stands in the anchor
  case $(/sbin/pfctl -a "$anchor" -s nat 2>/dev/null) in
    '' | *" -> "*" port $port" | *" -> "*" port $port
"*) return 0 ;;
  esac
  return 1
}
pf_on() {
  case $token,$(/sbin/pfctl -s info 2>/dev/null) in [0-9]*,*'Status: Enabled'*) return 0 ;; esac
  [ -z "$token" ] || /sbin/pfctl -q -X "$token" 2>/dev/null
  token=$(/sbin/pfctl -E 2>&1 | while read -r word colon value; do
    [ "$word $colon" != 'Token :' ] || echo "$value"
  done)
  [ -n "$token" ]
}
apply() {
  reason=$(rules | /sbin/pfctl -q -a "$anchor" -f - 2>&1) || return 1
  reason='pf could not be enabled'
  pf_on || return 1
  reason=$(aliases_up 2>&1)
}
undo() {
  if is_ours; then
    /sbin/pfctl -q -a "$anchor" -F all
    [ -n "$(others)" ] || aliases_down
  fi
  [ -z "$token" ] || /sbin/pfctl -q -X "$token"
} 2>/dev/null

if [ "$*" = clean ]; then
  /sbin/pfctl -q -a "$anchor" -F all 2>/dev/null
  [ -n "$(others)" ] || aliases_down
  exit 0
fi
apply || { undo; echo "FAIL pf: $reason" >&2; exit 1; }
echo 'UP pf'
${guardLife("is_ours")}`;
