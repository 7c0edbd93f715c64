// metacred as it runs on a Mac, up to the calls of macOS itself: `serve`, or `net ACTION`.
import { createContext } from "../../src/context.ts";
import { runForeground } from "../../src/daemon/foreground.ts";
import { netActionOf } from "../../src/daemon/net-action.ts";
import { runNet } from "../../src/daemon/net-command.ts";
import { CliError } from "../../src/errors.ts";

const [command, action = ""] = process.argv.slice(2);
const context = { ...createContext(), platform: "darwin" as const };
const notice = (text: string) => void process.stderr.write(text);

async function run(): Promise<number> {
  if (command === "net") return runNet(context, netActionOf(action), false);
  return runForeground(
    context,
    { role: "dev", redirect: true, force: false },
    { ready: async ({ redirect }) => console.log(`ready ${redirect.method}`), askMfa: async () => undefined },
  );
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    notice(error instanceof CliError ? `${error.message}\n  try: ${error.hint}\n` : String(error));
    process.exit(1);
  },
);
