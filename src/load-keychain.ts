import { entryPoint } from "./entry-point.ts";
import type * as keychain from "./keychain.ts";

type Keychain = typeof keychain;

export function loadKeychain(): Promise<Keychain> {
  return import(entryPoint("keychain")) as Promise<Keychain>;
}
