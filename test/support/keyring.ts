// The real gnome-keyring on a D-Bus session bus of the test's own, unlocked.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lineReader } from "./line-reader.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { untilTrue } from "./until.ts";

export const KEYRING_TOOLS = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"];

export type Keyring = AsyncDisposable & {
  /** For programs that shall find it. */
  env: Record<string, string>;
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** Stopped it answers nobody, as one that hangs does. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
};

const PASSWORD = "correct horse";
const COLLECTION = "/org/freedesktop/secrets/collection/login";
// A line starts it anew, unlocked, as the next login to a desktop does.
const HOLD = `start() { printf %s "$1" | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 & }
start "$1"
echo "$! $DBUS_SESSION_BUS_ADDRESS"
while read -r line; do
  kill $! && wait $!
  start "$1"
  echo "$!"
done
kill $!`;

export async function keyring(): Promise<Keyring> {
  const folder = scratchFolder();
  const runtime = join(folder.path, "run");
  mkdirSync(runtime, { mode: 0o700 });
  const base = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: folder.path, XDG_RUNTIME_DIR: runtime };
  // Its standard input held open is its life.
  const holder = Bun.spawn(["dbus-run-session", "--", "sh", "-c", HOLD, "sh", PASSWORD], {
    env: base,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const nextLine = lineReader(holder.stdout);
  const [first = "", address = ""] = ((await nextLine()) ?? "").split(" ");
  let pid = Number(first);
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  const run = async (argv: readonly string[]): Promise<string> => {
    const child = Bun.spawn([...argv], {
      env: { ...base, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    if (code !== 0) throw new Error(`${argv[0]}: ${stderr}`);
    return stdout;
  };
  const secrets = (...words: readonly string[]) =>
    run(["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.secrets", ...words]);
  const isLocked = async () => {
    const words = ["org.freedesktop.Secret.Collection", "Locked"].map((word) => `string:${word}`);
    return (await secrets(COLLECTION, "org.freedesktop.DBus.Properties.Get", ...words)).includes("boolean true");
  };
  const until = (locked: boolean) =>
    untilTrue(`the keyring is ${locked ? "locked" : "unlocked"}`, async () => (await isLocked()) === locked);
  // A question to the secret service itself would start another, locked one in its place.
  const bus = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"];
  const asked = [...bus, "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"];
  const untilThere = () => untilTrue("the keyring is there", async () => (await run(asked)).includes("boolean true"));
  await untilThere();
  await until(false);
  return {
    env,
    async lock() {
      await secrets("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", `array:objpath:${COLLECTION}`);
      await until(true);
    },
    async unlock() {
      void holder.stdin.write("again\n");
      await holder.stdin.flush();
      pid = Number(await nextLine());
      await untilThere();
      await until(false);
    },
    signal: (name) => void process.kill(pid, name),
    async [Symbol.asyncDispose]() {
      process.kill(pid, "SIGCONT");
      await holder.stdin.end();
      await holder.exited;
      folder[Symbol.dispose]();
    },
  };
}
