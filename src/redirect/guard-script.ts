// What root runs, whole. It never touches the disk: root gets it as the argument of `sh -c`.
//
// A constant, so that what is printed beforehand is what runs. No dollar-brace and no backtick: a template literal.
//
// Choices that are not obvious:
// - Rules go in before the aliases, and an alias is taken away only after a look for anybody's rules and put back if some
//   appeared meanwhile: two guards that cross cannot leave rules without the alias.
// - Priority -110, not -100: among nat chains of one priority the kernel asks the last registered first, so a Docker that
//   starts later and publishes port 80 would get the requests (its OUTPUT rule takes every local address). A redirect of
//   named users has -111: it wins beside a service for everybody. In iptables it is the earlier rule.
// - An IPv4 alias has a label of its own and is deleted by it: an address that somebody set by hand stays. IPv6 addresses
//   have no labels, so that one is known by its metric. It is deprecated from birth, lest the kernel choose this unique
//   local address as the source of other connections.
// - Containers come in by bridges, which the script finds itself at each run: a name is nothing that root is told. The
//   kernel sends them to the bridge's own address, so nothing of them can reach 127.0.0.1 (no route_localnet).
// - A newer guard of the same owner is known by its first port in the names: neither undo nor `again` harms it.

import { GUARD_START, GUARD_WORDS, guardLife } from "./guard-frame.ts";
import { IPTABLES_PART } from "./guard-iptables.ts";

export const GUARD_SCRIPT =
  String.raw`# metacred: sends port 80 of each ADDRESS, for the users named, to PORT of 127.0.0.1 or [::1]. With containers=PORT also
# port 80 of 169.254.169.254 for what comes in by a bridge of Docker's or Podman's, to PORT of that bridge's own address.
# Lives as long as its standard input. The line "again" applies anew; at the end everything is undone.
set -uf
unset IFS ENV BASH_ENV CDPATH TMPDIR LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GLIBC_TUNABLES XTABLES_LIBDIR
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
${GUARD_START}
emulated='169.254.169.254 169.254.170.2 169.254.170.23 fd00:ec2::254 fd00:ec2::23'
${GUARD_WORDS}method='' users='' owner='' port=0 v4='' v6='' bridged='' reason='' up=''
case $#:$* in
  2:clean\ *) method=clean owner=$2 ;;
  0:* | 1:* | 2:* | 3:* | *:clean\ *)
    refuse 'usage: metacred-redirect METHOD UID[,UID...]|all OWNERUID ADDRESS=PORT... [containers=PORT], or clean OWNERUID' ;;
  *)
    method=$1 users=$2 owner=$3
    shift 3
    case $method in auto | nft | iptables) ;; *) refuse 'METHOD must be auto, nft or iptables' ;; esac
    case ,$users, in
      ,all,) ;;
      *,,*) refuse 'UIDS must be numbers' ;;
      *)
        IFS=,
        for uid in $users; do within "$uid" 0 4294967294 || refuse 'UIDS must be numbers'; done
        unset IFS ;;
    esac
    for target in "$@"; do
      split "$target"
      within "$to" 1 65535 || refuse 'PORT must be 1 to 65535'
      case $port,$address in 0,*) port=$to ;; *,containers) bridged=$to; continue ;; esac
      case " $emulated " in *" $address "*) ;; *) refuse 'ADDRESS must be an emulated one' ;; esac
      case $address in
        '' | *' '*) refuse 'ADDRESS must be an emulated one' ;;
        *:*) v6="$v6 $address=$to" ;;
        *) v4="$v4 $address=$to" ;;
      esac
    done ;;
esac
within "$owner" 0 4294967294 || refuse 'OWNERUID must be a number'

tool() {
  for folder in /usr/sbin /sbin /usr/bin /bin; do [ -x "$folder/$1" ] && break; done
  echo "$folder/$1"
}
ip=$(tool ip) nft=$(tool nft) grep=$(tool grep)
table=metacred_$owner chain=METACRED_"$owner"_$port

alias_up() {
  case $1 in
    *:*)
      [ -n "$("$ip" -6 addr show dev lo to "$1/128")" ] ||
        "$ip" -6 addr add "$1/128" dev lo nodad preferred_lft 0 metric 25772 || return 1
      # The kernel adds its route a moment later.
      for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        case $("$ip" -6 route get "$1" 2>&1) in local\ *) break ;; esac
      done ;;
    *) "$ip" addr replace "$1/32" dev lo scope host label lo:metacred ;;
  esac
}
aliases_up() {
  for target in $v4 $v6; do
    split "$target"
    alias_up "$address" || return 1
  done
}
aliases_down() { # those that no redirect of anybody needs
  found=$(redirects)
  for address in $emulated; do
    case $found,$address in
      *"=$address/"*) ;;
      *:*) case $("$ip" -6 addr show dev lo to "$address/128") in
        *'metric 25772 '*) "$ip" -6 addr del "$address/128" dev lo ;;
      esac ;;
      *) "$ip" addr del "$address/32" dev lo label lo:metacred ;;
    esac
  done
  found=$(redirects)
  for address in $emulated; do
    case $found in *"=$address/"*) alias_up "$address" ;; esac
  done
}

# A bridge of a user-defined network is named after the network's id. Others, such as br-lan, lead to other machines.
bridges() {
  "$ip" -o link show type bridge | while IFS=': ' read -r _ name _; do
    case $name in
      br-*[!0-9a-f]*) ;;
      docker0 | br-???????????? | podman[0-9] | podman[0-9][0-9] | cni-podman[0-9]) echo "$name" ;;
    esac
  done
}

nft_table() { # FAMILY LOOPBACK TARGET...
  family=$1 loopback=$2
  shift 2
  [ $# -gt 0 ] || return 0
  who="meta skuid { $users }" priority=-111
  [ "$users" != all ] || who='' priority=-110
  cat <<END
add table $family $table
delete table $family $table
table $family $table {
  chain port_$port {
    type nat hook output priority $priority
END
  for target in "$@"; do
    split "$target"
    echo "    $family daddr $address tcp dport 80 $who dnat to $loopback:$to"
  done
  echo '  }'
  case $family,$bridged in ip,?*) nft_bridges ;; esac
  echo '}'
}
nft_bridges() {
  printf '%s\n' "  chain bridges_$port {" '    type nat hook prerouting priority '"$priority"
  for bridge in $(bridges); do
    echo "    iifname \"$bridge\" ip daddr 169.254.169.254 tcp dport 80 redirect to :$bridged"
  done
  echo '  }'
}
nft_up() {
  [ -x "$nft" ] || { echo 'nft is not installed'; return 1; }
  # One transaction for both families. The targets are words without blanks.
  # shellcheck disable=SC2086
  { nft_table ip 127.0.0.1 $v4; nft_table ip6 '[::1]' $v6; } | "$nft" -f -
}
# One transaction: it fails as a whole where the table is a newer guard's, with another port.
nft_down() { printf '%s\n' "flush chain $1 $table port_$port" "delete table $1 $table" | "$nft" -f -; }
nft_clean() { printf '%s\n' "add table $1 $table" "delete table $1 $table" | "$nft" -f -; }

# What stands in the kernel, of every owner: a word NAME=-/ for each redirect, NAME=ADDRESS/ for each address of it.
nft_list() {
  "$nft" list tables | while read -r _ family name _; do
    case $name in metacred_*) ;; *) continue ;; esac
    "$nft" list table "$family" "$name" | while read -r first second third _; do
      case "$first $second" in
        chain\ *) in=$second; echo "$name/$in=-/" ;;
        'ip daddr' | 'ip6 daddr') echo "$name/$in=$third/" ;;
      esac
    done
  done
}
redirects() { { nft_list; each_iptables ipt_list ''; } 2>/dev/null; }
others() { # the redirects of this owner to other ports
  for one in $(redirects); do
    case $one in
      "$table/port_$port=-/" | "$table/bridges_$port=-/" | "$chain=-/" | "$chain"_B=-/) ;;
      "$table"/*=-/ | METACRED_"$owner"_*=-/) echo "$one" ;;
    esac
  done
}
` +
  IPTABLES_PART +
  String.raw`
apply() {
  case $("$ip" link show dev lo 2>&1) in
    *[,\<]UP[,\>]*) ;;
    *) reason='the loopback interface lo is down, or ip is not installed'; return 1 ;;
  esac
  failed=''
  if [ "$method" != iptables ]; then
    if reason=$(nft_up 2>&1); then
      up=nft
      [ -n "$v6" ] || nft_clean ip6 2>/dev/null
      each_iptables ipt_down METACRED_"$owner"_ 2>/dev/null
      reason=$(aliases_up 2>&1)
      return
    fi
    failed="nft: $reason "
  fi
  if [ "$method" != nft ]; then
    # Once more: the rules may have changed between the look and the commit.
    if reason=$(ipt_up 2>&1) || reason=$(ipt_up 2>&1); then
      up=iptables
      { nft_clean ip; nft_clean ip6; } 2>/dev/null
      reason=$(aliases_up 2>&1)
      return
    fi
    failed="$failed""iptables: $reason"
  fi
  reason=$failed
  return 1
}
undo() {
  nft_down ip
  nft_down ip6
  each_iptables ipt_down "$chain "
  [ -z "$bridged" ] || each_iptables ipt_down "$chain"_B
  aliases_down
} 2>/dev/null
fail() {
  printf '%s\n' "$reason" | { said=FAIL; while read -r line; do said="$said $line"; done; echo "$said" >&2; }
  exit 1
}

if [ "$method" = clean ]; then
  { nft_clean ip; nft_clean ip6; each_iptables ipt_down METACRED_"$owner"_; aliases_down; } 2>/dev/null
  left=$(others)
  [ -z "$left" ] && exit 0
  reason="still there: $left"
  fail
fi
apply || { undo; fail; }
echo "UP $up"
${guardLife('[ -z "$(others)" ]')}`;
