// Keys from a person or from standard input: never from argv, which every process of the machine can read.
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { tell } from "../print.ts";

export type AskedKeys = { accessKeyId: string; secretAccessKey: string };

export async function askKeys(context: Pick<Context, "interactive">, fromStdin: boolean): Promise<AskedKeys> {
  if (fromStdin) {
    const [accessKeyId = "", secretAccessKey = ""] = (await Bun.stdin.text()).split("\n").map((line) => line.trim());
    return { accessKeyId, secretAccessKey };
  }
  if (!context.interactive) throw noTerminal("metacred keys add NAME --stdin, with key id and secret a line each");
  const answer = hiddenLines();
  const accessKeyId = await answer("AWS access key id (not shown): ");
  const secretAccessKey = await answer("\nAWS secret access key (not shown): ");
  await tell("\n");
  return { accessKeyId, secretAccessKey };
}

/** The value of a header, without its name. */
export async function askHeader(context: Pick<Context, "interactive">, fromStdin: boolean): Promise<string> {
  if (fromStdin) return (await Bun.stdin.text()).trim();
  if (!context.interactive) throw noTerminal("metacred keys add NAME --header --stdin, with the value on one line");
  const value = await hiddenLines()("value of the header (not shown): ");
  await tell("\n");
  return value;
}

function noTerminal(hint: string): CliError {
  return new CliError("there is no terminal to ask for the keys on", { hint, exit: EXIT.usage });
}

const INTERRUPT = "\u0003";
const ERASE = ["\u007F", "\b"];

// Raw, so that the terminal echoes nothing; the few keys that matter are then ours to understand.
function hiddenLines(): (question: string) => Promise<string> {
  const { stdin } = process;
  let rest = "";
  return (question) =>
    new Promise((resolve, reject) => {
      let line = "";
      const take = (text: string): boolean => {
        for (const [index, key] of Array.from(text).entries()) {
          if (key === "\r" || key === "\n") {
            rest = Array.from(text)
              .slice(index + 1)
              .join("");
            return true;
          }
          if (key === INTERRUPT) {
            done();
            reject(new CliError("nothing was kept", { hint: "metacred keys add NAME" }));
            return false;
          }
          line = ERASE.includes(key) ? line.slice(0, -1) : line + key;
        }
        return false;
      };
      const done = () => {
        stdin.off("data", onData);
        stdin.setRawMode(false);
        stdin.pause();
      };
      const onData = (bytes: Buffer) => {
        if (!take(bytes.toString("utf8"))) return;
        done();
        resolve(line.trim());
      };
      const before = rest;
      rest = "";
      if (take(before)) {
        void tell(question);
        return resolve(line.trim());
      }
      // Before the question: whoever sees it may type at once.
      stdin.setRawMode(true);
      stdin.on("data", onData);
      stdin.resume();
      void tell(question);
    });
}
