// Access keys and ids in the shapes that AWS gives them, so that clients which look at the shape are content.
import { createHash, randomBytes } from "node:crypto";

export type KeyMaterial = { accessKeyId: string; secretAccessKey: string; sessionToken: string };

// IAM ids are written in RFC 4648 base32.
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_LETTERS = 16;

/** Fresh temporary credentials: 20, 40 and 896 characters, the token with `+`, `/` and `=` in it as real ones have. */
export function mintKey(): KeyMaterial {
  return {
    accessKeyId: `ASIA${base32(randomBytes(ID_LETTERS))}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: randomBytes(671).toString("base64"),
  };
}

/** The unique id of a user (`AIDA…`) or a role (`AROA…`): always the same for the same ARN. */
export function stableId(prefix: "AIDA" | "AROA", arn: string): string {
  return prefix + base32(createHash("sha256").update(arn).digest().subarray(0, ID_LETTERS));
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BASE32.charAt(byte % BASE32.length)).join("");
}
