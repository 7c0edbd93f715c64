// What root runs, whole. It never touches the disk: root gets it as the argument of `sh -c`.
//
// A constant, so that what is printed beforehand is what runs. Arguments: METHOD PORT UID[,UID...]|all OWNERUID, or
// `clean 0 all OWNERUID`. It holds no dollar-brace expansion and no backtick: this is a template literal.
//
// Choices that are not obvious:
// - Rules go in before the alias, and the alias is taken away only after a look for anybody's rules and put back if some
//   appeared meanwhile: two guards that cross cannot leave rules without the alias.
// - Priority -110, not -100: among nat chains of one priority the kernel asks the last registered first, so a Docker that
//   starts later and publishes port 80 would get the requests (its OUTPUT rule takes every local address).
// - The alias has a label of its own and is deleted by it: an address that somebody set by hand stays.
// - A newer guard of the same owner is known by its port in the names: neither undo nor `again` harms it.

export const GUARD_SCRIPT = String.raw`# metacred: sends 169.254.169.254:80 of the users named to 127.0.0.1:PORT.
# Lives as long as its standard input. The line "again" applies anew; at the end everything is undone.
set -uf
unset IFS ENV BASH_ENV CDPATH TMPDIR LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GLIBC_TUNABLES XTABLES_LIBDIR
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 077
cd /
trap '' HUP INT QUIT TERM PIPE TSTP TTIN TTOU
exec 3<&0 </dev/null

refuse() { echo "FAIL $1" >&2; exit 2; }
within() { # VALUE LOW HIGH
  case $1 in '' | *[!0-9]* | 0?* | ???????????*) return 1 ;; esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}
[ $# -eq 4 ] || refuse 'usage: metacred-redirect METHOD PORT UID[,UID...]|all OWNERUID'
method=$1 port=$2 users=$3 owner=$4 reason='' up=''
case $method in
  auto | nft | iptables) within "$port" 1 65535 || refuse 'PORT must be 1 to 65535' ;;
  clean) [ "$port $users" = '0 all' ] || refuse 'usage: metacred-redirect clean 0 all OWNERUID' ;;
  *) refuse 'METHOD must be auto, nft, iptables or clean' ;;
esac
within "$owner" 0 4294967294 || refuse 'OWNERUID must be a number'
case ,$users, in
  ,all,) ;;
  *,,*) refuse 'UIDS must be numbers' ;;
  *)
    IFS=,
    for uid in $users; do within "$uid" 0 4294967294 || refuse 'UIDS must be numbers'; done
    unset IFS ;;
esac

tool() {
  for folder in /usr/sbin /sbin /usr/bin /bin; do [ -x "$folder/$1" ] && break; done
  echo "$folder/$1"
}
ip=$(tool ip) nft=$(tool nft) iptables=$(tool iptables) grep=$(tool grep)
table=metacred_$owner chain=METACRED_"$owner"_$port

alias_up() { "$ip" addr replace 169.254.169.254/32 dev lo scope host label lo:metacred; }
alias_down() {
  [ -z "$(redirects)" ] || return 0
  "$ip" addr del 169.254.169.254/32 dev lo label lo:metacred
  [ -z "$(redirects)" ] || alias_up
}

nft_up() {
  [ -x "$nft" ] || { echo 'nft is not installed'; return 1; }
  who=''
  [ "$users" = all ] || who="meta skuid { $users }"
  "$nft" -f - <<END
add table ip $table
delete table ip $table
table ip $table {
  chain port_$port {
    type nat hook output priority -110
    ip daddr 169.254.169.254 tcp dport 80 $who dnat to 127.0.0.1:$port
  }
}
END
}
# One transaction: it fails as a whole where the table is a newer guard's, with another port.
nft_down() { printf '%s\n' "flush chain ip $table port_$port" "delete table ip $table" | "$nft" -f -; }
nft_clean() { printf '%s\n' "add table ip $table" "delete table ip $table" | "$nft" -f -; }
nft_list() {
  "$nft" list chains ip | while read -r kind name last _; do
    case "$kind $name" in
      'table ip') in=$last ;;
      'chain port_'*) case $in in metacred_*) echo "$in/$name" ;; esac ;;
    esac
  done
}

# FUNCTION ARGUMENT: called as FUNCTION TOOL ARGUMENT. A mere look by a legacy iptables would load its nat table.
each_iptables() {
  for name in iptables iptables-nft iptables-legacy; do
    found=$(tool "$name")
    case $("$found" --version) in
      '') continue ;;
      *nf_tables*) ;;
      *) "$grep" -qs '^nat$' /proc/net/ip_tables_names || continue ;;
    esac
    "$1" "$found" "$2"
  done
}
ipt_commit() { printf '%s\n' '*nat' "$2" COMMIT | "$1-restore" -w 5 --noflush; }
# The lines that remove the chains whose name and a blank begin with $2, and the jumps to them.
ipt_removal() {
  "$1" -w 5 -t nat -S | {
    chains=''
    while read -r flag name rest; do
      case "$flag $name $rest " in
        "-N $2"*) chains="$chains $name" ;;
        '-A OUTPUT '*" -j $2"*) echo "-D OUTPUT $rest" ;;
      esac
    done
    for name in $chains; do printf '%s\n' "-F $name" "-X $name"; done
  }
}
ipt_down() {
  lines=$(ipt_removal "$1" "$2")
  [ -z "$lines" ] || ipt_commit "$1" "$lines"
}
ipt_up() {
  [ -x "$iptables" ] || { echo 'iptables is not installed'; return 1; }
  lines=$(
    ipt_removal "$iptables" METACRED_"$owner"_
    echo "-N $chain"
    IFS=,
    for uid in $users; do
      who="-m owner --uid-owner $uid"
      [ "$uid" != all ] || who=''
      echo "-A $chain -p tcp $who -j DNAT --to-destination 127.0.0.1:$port"
    done
    echo "-I OUTPUT 1 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j $chain"
  )
  ipt_commit "$iptables" "$lines"
}
ipt_list() {
  "$1" -w 5 -t nat -S | while read -r flag name _; do
    case "$flag $name" in '-N METACRED_'*) echo "$name" ;; esac
  done
}

redirects() { { nft_list; each_iptables ipt_list ''; } 2>/dev/null; }
others() { # the redirects of this owner to other ports
  for one in $(redirects); do
    case $one in
      "$table/port_$port" | "$chain") ;;
      "$table"/* | METACRED_"$owner"_*) echo "$one" ;;
    esac
  done
}
apply() {
  case $("$ip" link show dev lo 2>&1) in
    *[,\<]UP[,\>]*) ;;
    *) reason='the loopback interface lo is down, or ip is not installed'; return 1 ;;
  esac
  failed=''
  if [ "$method" != iptables ]; then
    if reason=$(nft_up 2>&1); then
      up=nft
      each_iptables ipt_down METACRED_"$owner"_ 2>/dev/null
      reason=$(alias_up 2>&1)
      return
    fi
    failed="nft: $reason "
  fi
  if [ "$method" != nft ]; then
    # Once more: the rules may have changed between the look and the commit.
    if reason=$(ipt_up 2>&1) || reason=$(ipt_up 2>&1); then
      up=iptables
      nft_clean 2>/dev/null
      reason=$(alias_up 2>&1)
      return
    fi
    failed="$failed""iptables: $reason"
  fi
  reason=$failed
  return 1
}
undo() {
  nft_down
  each_iptables ipt_down "$chain "
  alias_down
} 2>/dev/null
fail() {
  printf '%s\n' "$reason" | { said=FAIL; while read -r line; do said="$said $line"; done; echo "$said" >&2; }
  exit 1
}

if [ "$method" = clean ]; then
  { nft_clean; each_iptables ipt_down METACRED_"$owner"_; alias_down; } 2>/dev/null
  left=$(others)
  [ -z "$left" ] && exit 0
  reason="still there: $left"
  fail
fi
apply || { undo; fail; }
echo "UP $up"
while read -r word <&3; do
  [ "$word" = again ] && [ -z "$(others)" ] && apply
done
undo
`;
