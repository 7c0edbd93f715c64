import { readIfThere } from "./read-file.ts";

/** Another one after each start of the machine; undefined where the system has none: then no two boots are the same. */
export function bootId(): string | undefined {
  return readIfThere("/proc/sys/kernel/random/boot_id")?.trim();
}
