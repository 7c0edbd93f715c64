// A service manager's end of sd_notify(3): a datagram socket, which Bun cannot make itself.
import { lineReader } from "./line-reader.ts";

export type NotifySocket = AsyncDisposable & {
  /** What NOTIFY_SOCKET is to be. */
  name: string;
  /** The next datagram, as its lines. */
  next(): Promise<string[]>;
};

const RECEIVER = `
import json, socket, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\\0" + name[1:] if name.startswith("@") else name)
print("bound", flush=True)
while True:
    print(json.dumps(receiver.recv(65536).decode().splitlines()), flush=True)
`;

/** `name`: a path, or an abstract one that begins with `@`. */
export async function notifySocket(name: string): Promise<NotifySocket> {
  const receiver = Bun.spawn(["/usr/bin/python3", "-c", RECEIVER, name], { stdio: ["ignore", "pipe", "inherit"] });
  const line = lineReader(receiver.stdout);
  if ((await line()) !== "bound") throw new Error(`no datagram socket at ${name}`);
  return {
    name,
    next: async () => JSON.parse((await line()) ?? "[]") as string[],
    async [Symbol.asyncDispose]() {
      receiver.kill("SIGKILL");
      await receiver.exited;
    },
  };
}
