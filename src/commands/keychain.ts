// One call to the keychain: what the program starts itself for each. Not for people.
import { defineCommand } from "citty";
import { runKeychainChild } from "../secrets/keychain-child.ts";

export const examples = [];

export default defineCommand({
  meta: { description: "One call to the keychain", hidden: true },
  run: () => runKeychainChild(),
});
