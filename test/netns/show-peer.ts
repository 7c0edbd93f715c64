// A server for the tests, run inside a namespace: prints its port, then tells every client its own name and address.

const [, , name = "", ...more] = process.argv;
const socket: Bun.SocketHandler = {
  data(wire) {
    const body = `${name} sees ${wire.remoteAddress}`;
    wire.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
  },
};
const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
try {
  Bun.listen({ hostname: "::1", port: server.port, socket });
} catch {
  // A namespace without IPv6 has none.
}
for (const hostname of more) Bun.listen({ hostname, port: server.port, socket });
console.log(server.port);
