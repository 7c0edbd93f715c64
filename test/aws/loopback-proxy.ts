// A forward proxy on loopback. It answers plain requests itself, tunnels CONNECT, and remembers what it was asked.
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

export type LoopbackProxy = AsyncDisposable & {
  url: string;
  /** Request lines, such as `CONNECT 127.0.0.1:443 HTTP/1.1`. */
  asked: string[];
};

export const BY_PROXY = "answered by the proxy";

export async function loopbackProxy(): Promise<LoopbackProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.once("data", (bytes) => {
      const line = bytes.toString("latin1").split("\r\n")[0] ?? "";
      asked.push(line);
      const [method, target = ""] = line.split(" ");
      if (method !== "CONNECT") {
        client.end(`HTTP/1.1 200 OK\r\nContent-Length: ${BY_PROXY.length}\r\nConnection: close\r\n\r\n${BY_PROXY}`);
        return;
      }
      const [hostname, port] = target.split(":");
      const upstream = connect({ host: hostname ?? "", port: Number(port) }, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      sockets.add(upstream);
      upstream.on("error", () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
