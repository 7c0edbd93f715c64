import { expect, test } from "bun:test";
import { nearestWord } from "../src/nearest.ts";

test.each<[string, string[], string | undefined]>([
  ["prot", ["port", "proxy"], "port"],
  ["http_token", ["http_tokens", "hostname"], "http_tokens"],
  ["DEV", ["dev"], "dev"],
  ["staus", ["stop", "status"], "status"],
  ["xx", ["dev"], undefined],
  ["completely-else", ["dev", "prod"], undefined],
  ["dve", ["dev", "d"], "dev"],
  ["abcd", ["badc"], undefined],
  ["a", ["b"], "b"],
  ["ab", ["cd"], undefined],
  ["", ["dev"], undefined],
  ["abcdef", ["abcxyz"], undefined],
  ["abcdef", ["abcdxy"], "abcdxy"],
  ["--device", ["--device-code", "--no-browser"], "--device-code"],
  ["prod", ["prod-readonly-eu", "prod-admin-eu-1"], undefined],
  ["pro", ["production-eu"], undefined],
  ["dev", [], undefined],
  ["dav", ["dev", "day"], "dev"],
  ["warning", ["error", "warn", "info"], "warn"],
  ["nftables", ["auto", "nft", "iptables"], "nft"],
  ["production", ["pro", "prod"], "prod"],
  ["stops", ["st", "stop"], "stop"],
  ["devx", ["dev", "devy"], "dev"],
  ["upward", ["up"], undefined],
])("%s among %j", (word, candidates, nearest) => {
  expect(nearestWord(word, candidates)).toBe(nearest);
});
