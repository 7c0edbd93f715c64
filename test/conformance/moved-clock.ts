// Another program's clock, moved by libfaketime while it runs.
import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";

/** To be set for a program that goes by the clock in `file`. `monotonic`: that clock is moved with the other. */
export function clockVariables(file: string, monotonic: boolean): Record<string, string> {
  return {
    LD_PRELOAD: libfaketime() ?? "",
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    ...(!monotonic && { FAKETIME_DONT_FAKE_MONOTONIC: "1" }),
  };
}

/** Renamed into place: a program that reads a file half written would be thrown back to the start. */
export function setClock(file: string, aheadSeconds: number): void {
  writeFileSync(`${file}.new`, `+${aheadSeconds}\n`);
  renameSync(`${file}.new`, file);
}

/** `undefined` where it is not installed. Its folder is named for the machine's architecture. */
export function libfaketime(): string | undefined {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  return folders.map((folder) => `${LIBRARIES}/${folder}/faketime/libfaketimeMT.so.1`).find((file) => existsSync(file));
}

// --- internal ---

const LIBRARIES = "/usr/lib";
