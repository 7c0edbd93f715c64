// The list on a real terminal: raw mode on, keys in, frames out, everything as before at the end.
import type { Clock } from "../sys/clock.ts";
import { type Key, readKeys } from "./keys.ts";
import { type Choice, type Picker, openPicker, press } from "./picker.ts";
import { pageOf, renderPicker } from "./render.ts";

type Screen = { clock: Clock; colour: boolean };

// Over a slow line the bytes of an arrow key may come one by one; a lone Escape is one that nothing follows.
const ESCAPE_WAIT_MS = 60;

/** The chosen name, undefined when the person changed their mind. */
export function choose(choices: readonly Choice[], { clock, colour }: Screen): Promise<string | undefined> {
  const { stdin, stderr } = process;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const decoder = new TextDecoder();
  let picker: Picker = openPicker(choices);
  let rest = "";
  let cancelWait = () => {};

  const size = () => ({ columns: stderr.columns || 80, rows: stderr.rows || 24 });
  const draw = () => void stderr.write(frame(picker, size(), colour));
  const finish = (name: string | undefined) => {
    cancelWait();
    stdin.off("data", onData);
    stdin.off("end", onEnd);
    stderr.off("resize", draw);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write("\r\u001B[J");
    resolve(name);
  };
  /** False when the choice is made. */
  const take = (keys: readonly Key[]): boolean => {
    for (const key of keys) {
      const outcome = press(picker, key, pageOf(size()));
      if (!("picker" in outcome)) {
        finish("chosen" in outcome ? outcome.chosen : undefined);
        return false;
      }
      picker = outcome.picker;
    }
    draw();
    return true;
  };
  const onData = (bytes: Buffer) => {
    cancelWait();
    const read = readKeys(rest + decoder.decode(bytes, { stream: true }));
    rest = read.rest;
    if (take(read.keys) && rest !== "") cancelWait = clock.after(ESCAPE_WAIT_MS, () => void take([{ kind: "cancel" }]));
  };
  const onEnd = () => finish(undefined);

  stdin.setRawMode(true);
  stdin.on("data", onData);
  stdin.on("end", onEnd);
  stderr.on("resize", draw);
  draw();
  return promise;
}

// One write a frame, each line cleared behind its text and not before it: nothing flickers.
function frame(picker: Picker, size: { columns: number; rows: number }, colour: boolean): string {
  const { lines, cursorColumn } = renderPicker(picker, size, colour);
  const up = lines.length > 1 ? `\u001B[${lines.length - 1}A` : "";
  return `\r${lines.join("\u001B[K\r\n")}\u001B[K\u001B[J${up}\r\u001B[${cursorColumn}C`;
}
