// The nearest right name to one that means no role. Pure.
import { nearestWord } from "../nearest.ts";

/** Among `names`, else the same pair with the nearest of `[accounts]`. */
export function nearRole(text: string, names: Iterable<string>, accounts: Readonly<Record<string, string>>) {
  return nearestWord(text, names) ?? nearPair(text, Object.keys(accounts));
}

function nearPair(text: string, accounts: readonly string[]): string | undefined {
  const slash = text.indexOf("/");
  const at = text.lastIndexOf("@");
  if (slash > 0) {
    const near = otherWord(text.slice(0, slash), accounts);
    return near === undefined ? undefined : `${near}${text.slice(slash)}`;
  }
  const near = at > 0 ? otherWord(text.slice(at + 1), accounts) : undefined;
  return near === undefined ? undefined : `${text.slice(0, at + 1)}${near}`;
}

// Where the account is right, it is the role's name that is not.
function otherWord(account: string, accounts: readonly string[]): string | undefined {
  return accounts.includes(account) ? undefined : nearestWord(account, accounts);
}
