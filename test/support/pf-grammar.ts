// pf.conf(5), GRAMMAR, as far as a translation rule goes:
//   rdr-rule  = [ "no" ] "rdr" [ "pass" [ "log" ] ] [ "on" ifspec ] [ af ] [ "proto" proto ] hosts
//               [ "->" ( redirhost | "{" list "}" ) [ portspec ] ... ]
//   hosts     = "all" | "from" ( "any" | host ) [ port ] "to" ( "any" | host ) [ port ]
//   portspec  = "port" ( number | name ) [ ":" ( "*" | number ) ]

type Rest = readonly string[] | undefined;
type Part = (words: readonly string[]) => Rest;

const word =
  (...known: readonly (string | RegExp)[]): Part =>
  ([first = "", ...rest]) =>
    known.some((one) => (typeof one === "string" ? one === first : one.test(first))) ? rest : undefined;
const all =
  (...parts: readonly Part[]): Part =>
  (words) =>
    parts.reduce<Rest>((rest, part) => rest && part(rest), words);
const maybe =
  (part: Part): Part =>
  (words) =>
    part(words) ?? words;

const HOST = [/^\d{1,3}(\.\d{1,3}){3}(\/\d+)?$/, /^[\da-f:]*:[\da-f:]*(\/\d+)?$/] as const;
const port = all(word("port"), maybe(word("=")), word(/^\d{1,5}$/));
const RULE = all(
  maybe(word("no")),
  word("rdr"),
  maybe(all(word("pass"), maybe(word("log")))),
  maybe(all(word("on"), word(/^[a-z]+\d+$/))),
  maybe(word("inet", "inet6")),
  maybe(all(word("proto"), word("tcp", "udp"))),
  all(word("from"), word("any", ...HOST), maybe(port), word("to"), word("any", ...HOST), maybe(port)),
  maybe(all(word("->"), word(...HOST), maybe(port))),
);

export function isRdrRule(line: string): boolean {
  return RULE(line.split(" "))?.length === 0;
}
