// What the next daemon may know of this one's switches: a file of names and instants.
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { messageOf } from "../errors.ts";
import type { Log } from "../output.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";

/** A switch that ends by itself. */
export type Lease = { role: string; until: Date; backTo: string };

export type Remembered = { lease: Lease | undefined; recent: readonly string[] };

export type SwitchMemory = { read(): Remembered; write(remembered: Remembered): void };

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const fileSchema = v.object({
  schema: v.literal(1),
  temporary: v.nullable(v.object({ role: name, until: v.pipe(v.string(), v.isoTimestamp()), back_to: name })),
  recent: v.array(name),
});

/** A file that is gone or broken remembers nothing; a disk that is full keeps nobody from a switch. */
export function createSwitchMemory(file: string, log: Pick<Log, "warn">): SwitchMemory {
  return {
    read() {
      try {
        const { temporary, recent } = v.parse(fileSchema, JSON.parse(readFileSync(file, "utf8")));
        const lease = temporary && {
          role: temporary.role,
          until: new Date(temporary.until),
          backTo: temporary.back_to,
        };
        return { lease: lease ?? undefined, recent };
      } catch {
        return { lease: undefined, recent: [] };
      }
    },
    write({ lease, recent }) {
      const temporary =
        lease === undefined ? null : { role: lease.role, until: lease.until.toISOString(), back_to: lease.backTo };
      try {
        writePrivateFile(file, `${JSON.stringify({ schema: 1, temporary, recent })}\n`);
      } catch (error) {
        log.warn("could not remember the switch: a restart will not know of it", { file, error: messageOf(error) });
      }
    },
  };
}
