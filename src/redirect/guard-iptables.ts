// The iptables half of what root runs: chains of our own in the nat table, for both back ends and both families.

export const IPTABLES_PART = String.raw`ipt_list() {
  "$1" -w 5 -t nat -S | while read -r flag name d where _ _ _ _ _ _ j jump _; do
    case "$flag $name $d $j $jump" in
      '-N METACRED_'*) echo "$name=-/" ;;
      '-A OUTPUT -d -j METACRED_'*) echo "$jump=$where" ;;
    esac
  done
}
# FUNCTION ARGUMENT: called as FUNCTION TOOL ARGUMENT. A mere look by a legacy iptables would load its nat table.
each_iptables() {
  for name in iptables iptables-nft iptables-legacy ip6tables ip6tables-nft ip6tables-legacy; do
    binary=$(tool "$name") loaded=/proc/net/ip_tables_names
    case $name in ip6*) loaded=/proc/net/ip6_tables_names ;; esac
    case $("$binary" --version) in
      '') continue ;;
      *nf_tables*) ;;
      *) "$grep" -qs '^nat$' "$loaded" || continue ;;
    esac
    "$1" "$binary" "$2"
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
        -A*" -j $2"*) echo "-D $name $rest" ;;
      esac
    done
    for name in $chains; do printf '%s\n' "-F $name" "-X $name"; done
  }
}
ipt_down() {
  lines=$(ipt_removal "$1" "$2")
  [ -z "$lines" ] || ipt_commit "$1" "$lines"
}
# Where the jump goes: first, or for everybody behind the last of those who are named. Counted without our own, which
# the same transaction removes before.
ipt_place() {
  "$1" -w 5 -t nat -S OUTPUT | {
    place=1 count=0
    while read -r flag _ rest; do
      case "$flag $users $rest" in
        -A*" -j METACRED_$owner"_* | -P*) continue ;;
        '-A all '*' -j METACRED_'*) count=$((count + 1)) place=$((count + 1)) ;;
        *) count=$((count + 1)) ;;
      esac
    done
    echo "$place"
  }
}
ipt_bridges() {
  echo "-N $chain""_B"
  for bridge in $(bridges); do
    echo "-A $chain""_B -i $bridge -p tcp -j REDIRECT --to-ports $bridged"
  done
  echo "-I PREROUTING 1 -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j $chain""_B"
}
ipt_family() { # TOOL LOOPBACK BITS TARGET...
  iptables=$(tool "$1") loopback=$2 bits=$3
  shift 3
  [ $# -gt 0 ] || return 0
  [ -x "$iptables" ] || { echo "$iptables is not installed"; return 1; }
  lines=$(
    ipt_removal "$iptables" METACRED_"$owner"_
    case $loopback,$bridged in 127.0.0.1,?*) ipt_bridges ;; esac
    echo "-N $chain"
    for target in "$@"; do
      split "$target"
      IFS=,
      for uid in $users; do
        who="-m owner --uid-owner $uid"
        [ "$uid" != all ] || who=''
        echo "-A $chain -d $address/$bits -p tcp $who -j DNAT --to-destination $loopback:$to"
      done
      unset IFS
      echo "-I OUTPUT $(ipt_place "$iptables") -d $address/$bits -p tcp -m tcp --dport 80 -j $chain"
    done
  )
  ipt_commit "$iptables" "$lines"
}
ipt_up() {
  # shellcheck disable=SC2086
  ipt_family iptables 127.0.0.1 32 $v4 && ipt_family ip6tables '[::1]' 128 $v6
}
`;
