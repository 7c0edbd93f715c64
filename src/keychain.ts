// Entry point of the child that makes one call to the keychain: started often, so it loads nothing else.
export { runKeychainChild } from "./secrets/keychain-child.ts";
