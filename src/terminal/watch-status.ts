// `status --watch`: the same words again and again in the same place, until a key or Ctrl-C ends it.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { CliError, EXIT } from "../errors.ts";
import { renderStatus } from "../quick/status.ts";
import { readKeys } from "./keys.ts";

const EVERY_MS = 1000;

export async function watchStatus(context: Context): Promise<number> {
  const { stdin, stdout } = process;
  if (!context.interactive || !stdout.isTTY || context.env["TERM"] === "dumb") {
    throw new CliError("status --watch needs a terminal", { hint: "metacred status", exit: EXIT.usage });
  }
  const control = controlClient(context.paths.socketFile);
  const stopped = Promise.withResolvers<"stopped">();
  const onData = (bytes: Buffer) => {
    if (isTheEnd(bytes.toString("utf8"))) stopped.resolve("stopped");
  };
  let shown = "";
  const draw = async () => {
    const text = renderStatus(await control.status(), context.clock.now());
    const frame = frameOf(text, { columns: stdout.columns || 80, rows: stdout.rows || 24 });
    stdout.write(`${above(shown)}${frame}`);
    shown = frame;
  };
  stdin.setRawMode(true);
  stdin.on("data", onData);
  stdin.on("end", () => stopped.resolve("stopped"));
  stdin.resume();
  try {
    let event: string;
    do {
      await draw();
      event = await Promise.race([stopped.promise, later(context)]);
    } while (event !== "stopped");
    return EXIT.ok;
  } finally {
    stdin.off("data", onData);
    stdin.setRawMode(false);
    stdin.pause();
  }
}

function isTheEnd(text: string): boolean {
  return (
    text === "\u001B" ||
    readKeys(text).keys.some((key) => key.kind === "cancel" || (key.kind === "text" && key.text === "q"))
  );
}

function later({ clock }: Pick<Context, "clock">): Promise<"later"> {
  return new Promise((resolve) => clock.after(EVERY_MS, () => resolve("later")));
}

/** Lines cut to the terminal, each cleared behind its text, so that a shorter one leaves nothing of a longer one. */
export function frameOf(text: string, { columns, rows }: { columns: number; rows: number }): string {
  const lines = text
    .trimEnd()
    .split("\n")
    .slice(0, rows - 1);
  return `${lines
    .map(
      (line) =>
        `${Array.from(line)
          .slice(0, columns - 1)
          .join("")}\u001B[K\r\n`,
    )
    .join("")}\u001B[J`;
}

function above(frame: string): string {
  const lines = frame.split("\n").length - 1;
  return lines === 0 ? "" : `\u001B[${lines}A\r`;
}
