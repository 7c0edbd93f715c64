// pfctl and ifconfig of a Mac, on Linux: programs that keep anchors, references and addresses as files, answer as the real
// ones are recorded to, write down what they were told, and have nft and ip do what a Mac's kernel would. They stand at
// /sbin in a mount namespace of their own, so that the script that ships runs as it is.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScratchFolder } from "./scratch-folder.ts";

export type MacTools = {
  /** A command among these programs. */
  wrap(argv: readonly string[]): readonly string[];
  /** What they were told, a line each, and the rules that they were given. */
  log(): string;
  /** Anchors with rules, and references to pf that are held. */
  state(): { anchors: readonly string[]; references: readonly string[] };
  /** Something else on the machine puts rules into an anchor, or takes them away with undefined. */
  anchor(name: string, rules: string): void;
  /** pfctl takes no rules from now on. */
  refuse(why: string): void;
};

const PFCTL = String.raw`#!/bin/sh
state=/sbin/state
echo "pfctl $*" >>$state/log
[ "$1" != -q ] || shift
anchor=''
[ "$1" != -a ] || { anchor=$(echo "$2" | tr / +); shift 2; }
file=$state/anchors/$anchor table=mac_$(echo "$anchor" | tr -c 'a-z0-9\n' _)
flush() { rm -f "$file"; nft delete table inet "$table" 2>/dev/null; }
load() {
  flush
  { echo "table inet $table {"; echo 'chain out {'; echo 'type nat hook output priority -100'
    while read -r _ _ _ _ family _ _ _ _ _ address _ port _ to _ target; do
      case $family in inet6) ip=ip6 to="[$to]" ;; *) ip=ip ;; esac
      echo "$ip daddr $address tcp dport $port dnat $ip to $to:$target"
    done <"$state/given"
    echo '}'; echo '}'; } | nft -f -
  sed 's/ port 80 / port = 80 /' "$state/given" >"$file"
}
case "$*" in
  '-f -') if [ -e $state/refusal ]; then cat $state/refusal >&2; exit 1; fi; cat >"$state/given"; cat "$state/given" >>$state/log; load ;;
  -E)
    token=1738210593$(ls $state/references | wc -l)
    touch "$state/references/$token"
    printf 'No ALTQ support in kernel\nALTQ related functions disabled\npf enabled\nToken : %s\n' "$token" >&2 ;;
  -X*) [ -e "$state/references/$2" ] || { echo 'pfctl: Invalid token' >&2; exit 1; }; rm "$state/references/$2" ;;
  '-s info')
    echo 'No ALTQ support in kernel' >&2
    word=Disabled
    [ -z "$(ls $state/references)" ] || word=Enabled
    printf 'Status: %s for 0 days 00:21:05           Debug: Urgent\n\nState Table                          Total             Rate\n' $word ;;
  '-s Anchors') ls "$state/anchors" | sed 's|^|  |; s|+|/|g' ;;
  '-s nat') echo 'No ALTQ support in kernel' >&2; [ ! -e "$file" ] || cat "$file" ;;
  '-F all') flush; printf 'rules cleared\nnat cleared\n' >&2 ;;
  *) echo "usage: pfctl" >&2; exit 1 ;;
esac
:
`;
const IFCONFIG = String.raw`#!/bin/sh
echo "ifconfig $*" >>/sbin/state/log
case "$*" in
  lo0)
    printf 'lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384\n'
    printf '\toptions=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>\n'
    ip -o address show dev lo | while read -r _ _ family address _; do
      case $family in
        inet) printf '\tinet %s netmask 0xffffffff\n' "$(echo $address | sed 's|/.*||')" ;;
        inet6) printf '\tinet6 %s prefixlen 128 \n' "$(echo $address | sed 's|/.*||')" ;;
      esac
    done
    printf '\tinet6 fe80::1%%lo0 prefixlen 64 scopeid 0x1 \n\tnd6 options=201<PERFORMNUD,DAD>\n' ;;
  'lo0 alias '*' 255.255.255.255') ip address replace "$3/32" dev lo scope host ;;
  'lo0 -alias '*) ip address del "$3/32" dev lo ;;
  'lo0 inet6 '*' prefixlen 128 alias') ip -6 address replace "$3/128" dev lo nodad ;;
  'lo0 inet6 '*' -alias') ip -6 address del "$3/128" dev lo ;;
  *) echo "usage: ifconfig" >&2; exit 1 ;;
esac
`;

export function macTools(folder: ScratchFolder): MacTools {
  const sbin = join(folder.path, "sbin");
  const state = join(sbin, "state");
  for (const name of ["anchors", "references"]) mkdirSync(join(state, name), { recursive: true });
  writeFileSync(join(state, "log"), "");
  for (const [name, text] of Object.entries({ pfctl: PFCTL, ifconfig: IFCONFIG })) {
    writeFileSync(join(sbin, name), text);
    chmodSync(join(sbin, name), 0o755);
  }
  const enter = 'cp /usr/sbin/nft "$1"; mount --bind "$1" /usr/sbin; shift; exec "$@"';
  return {
    wrap: (argv) => ["unshare", "--mount", "/bin/sh", "-c", enter, "sh", sbin, ...argv],
    log: () => readFileSync(join(state, "log"), "utf8"),
    state: () => ({
      anchors: readdirSync(join(state, "anchors")).map((name) => name.replaceAll("+", "/")),
      references: readdirSync(join(state, "references")),
    }),
    refuse: (why) => writeFileSync(join(state, "refusal"), `${why}\n`),
    anchor: (name, rules) => writeFileSync(join(state, "anchors", name.replaceAll("/", "+")), rules),
  };
}
