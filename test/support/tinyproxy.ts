// Debian's tinyproxy on a free port of loopback, with its log.
import { readFileSync } from "node:fs";
import { scratchFolder } from "./scratch-folder.ts";
import { untilTrue } from "./until.ts";
import { freePort } from "./world.ts";

export type TinyProxy = AsyncDisposable & {
  url: string;
  logged(): string;
  /** Settles when a request with this text has been logged. */
  untilLogged(text: string): Promise<void>;
};

export async function tinyproxy(login?: { user: string; password: string }): Promise<TinyProxy> {
  const folder = scratchFolder();
  const port = freePort();
  const log = `${folder.path}/log`;
  const lines = [
    `Port ${port}`,
    "Listen 127.0.0.1",
    "Timeout 20",
    `LogFile "${log}"`,
    "LogLevel Connect",
    "Allow 127.0.0.1",
  ];
  if (login !== undefined) lines.push(`BasicAuth ${login.user} ${login.password}`);
  const config = folder.file("tinyproxy.conf", `${lines.join("\n")}\n`);
  const child = Bun.spawn(["tinyproxy", "-d", "-c", config], {
    env: { PATH: `${process.env["PATH"]}:/usr/sbin:/usr/bin` },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const logged = () => {
    try {
      return readFileSync(log, "utf8");
    } catch {
      return "";
    }
  };
  await untilTrue("tinyproxy listens", () => answers(port));
  return {
    url: `http://127.0.0.1:${port}`,
    logged,
    async untilLogged(text) {
      await untilTrue(`tinyproxy logs "${text}"`, () => logged().includes(text));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      folder[Symbol.dispose]();
    },
  };
}

async function answers(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
