// A server for the tests, run inside a namespace: prints its port, then tells every client its own name and address.

const name = process.argv[2] ?? "";
const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket) {
      const body = `${name} sees ${socket.remoteAddress}`;
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    },
  },
});
console.log(server.port);
