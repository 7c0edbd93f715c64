import { expect, test } from "bun:test";
import { createOutbox, discard, enqueue, flush, isStuck, type Writable } from "../../src/http/outbox.ts";

/** Takes as many bytes of each write as the list says. */
function wireTaking(...counts: readonly number[]): Writable & { taken: string[] } {
  const left = [...counts];
  const taken: string[] = [];
  return {
    taken,
    write(data) {
      const bytes = Buffer.from(data);
      const count = Math.min(left.shift() ?? 0, bytes.length);
      taken.push(bytes.subarray(0, Math.max(count, 0)).toString("latin1"));
      return count;
    },
  };
}

const add = (outbox: ReturnType<typeof createOutbox>, data: string) => enqueue(outbox, data, Buffer.byteLength(data));

test("several answers go out in one write, text and bytes in order", () => {
  const outbox = createOutbox();
  const wire = wireTaking(99, 99);
  add(outbox, "a");
  add(outbox, "b");
  flush(outbox, wire);
  add(outbox, "c");
  enqueue(outbox, Buffer.from("d"), 1);
  add(outbox, "e");
  flush(outbox, wire);
  flush(outbox, wire);
  expect(wire.taken).toEqual(["ab", "cde"]);
});

test("what is not taken goes first, byte by byte, and what was queued meanwhile follows at once", () => {
  const outbox = createOutbox();
  const wire = wireTaking(2, 1, 99, 99);
  add(outbox, "aéb");
  flush(outbox, wire);
  add(outbox, "next");
  flush(outbox, wire);
  expect([isStuck(outbox), wire.taken]).toEqual([true, ["a\xc3", "\xa9"]]);
  flush(outbox, wire);
  expect([isStuck(outbox), wire.taken.slice(2)]).toEqual([false, ["b", "next"]]);
});

test("a closed socket leaves nothing behind", () => {
  const outbox = createOutbox();
  add(outbox, "lost");
  flush(outbox, wireTaking(-1));
  expect(isStuck(outbox)).toBe(false);
});

test("discarded is gone", () => {
  const outbox = createOutbox();
  const wire = wireTaking(1, 99);
  add(outbox, "abc");
  flush(outbox, wire);
  add(outbox, "d");
  discard(outbox);
  flush(outbox, wire);
  expect(wire.taken).toEqual(["a"]);
});
