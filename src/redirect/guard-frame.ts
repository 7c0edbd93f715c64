// What both systems' root scripts have in common: how they shut out the terminal, check their arguments, and live as
// long as the pipe that only the daemon holds.

/** Nothing that the terminal, or a program there, sends ends the script. Its pipe is descriptor 3. */
export const GUARD_START = String.raw`umask 077
cd /
trap '' HUP INT QUIT TERM PIPE TSTP TTIN TTOU
exec 3<&0 </dev/null
`;

/** Every argument goes through one of these. */
export const GUARD_WORDS = String.raw`refuse() { echo "FAIL $1" >&2; exit 2; }
within() { # VALUE LOW HIGH
  case $1 in '' | *[!0-9]* | 0?* | ???????????*) return 1 ;; esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}
split() { # ADDRESS=PORT
  IFS='=' read -r address to <<END
$1
END
}
`;

/** Until the pipe ends. `mayApply`: a test of the script's, that a newer guard has not taken over. */
export function guardLife(mayApply: string): string {
  return String.raw`serve() {
  while read -r word <&3; do
    [ "$word" = again ] && ${mayApply} && apply
  done
  undo
}
# Two of them, so that a kill -9 of one leaves the other: it sees its neighbour's pipe end without the word.
{ serve; echo over; } | { read -r word || serve; }
`;
}
