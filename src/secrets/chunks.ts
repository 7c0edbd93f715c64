// Long secrets in several items: Windows' Credential Manager takes 2560 bytes at most (CRED_MAX_CREDENTIAL_BLOB_SIZE).
import type { SecretStore } from "./secret-store.ts";

export const CHUNK_BYTES = 2400;
const MARK = "metacred-chunks:";

/** Keeps what is too long for one item in `name#1`, `name#2` …, and their number in `name`. */
export function chunked(store: SecretStore): SecretStore {
  const drop = async (name: string, head: string | undefined) => {
    for (let index = 1; index <= countOf(head); index++) await store.delete(`${name}#${index}`);
  };
  return {
    async get(name) {
      const head = await store.get(name);
      const count = countOf(head);
      if (count === 0) return head;
      const parts: string[] = [];
      for (let index = 1; index <= count; index++) parts.push((await store.get(`${name}#${index}`)) ?? "");
      return Buffer.from(parts.join(""), "base64").toString("utf8");
    },
    async set(name, value) {
      await drop(name, await store.get(name));
      if (Buffer.byteLength(value) <= CHUNK_BYTES && !value.startsWith(MARK)) return store.set(name, value);
      // Base64, since a cut must not go through a character.
      const text = Buffer.from(value).toString("base64");
      const count = Math.ceil(text.length / CHUNK_BYTES);
      for (let index = 1; index <= count; index++) {
        await store.set(`${name}#${index}`, text.slice((index - 1) * CHUNK_BYTES, index * CHUNK_BYTES));
      }
      return store.set(name, `${MARK}${count}`);
    },
    async delete(name) {
      await drop(name, await store.get(name));
      await store.delete(name);
    },
  };
}

function countOf(head: string | undefined): number {
  return head?.startsWith(MARK) === true ? Number(head.slice(MARK.length)) : 0;
}
