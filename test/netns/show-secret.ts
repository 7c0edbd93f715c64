// What not to do: a server on the emulated address itself that answers whoever asks.
const body = '{"SecretAccessKey": "none at all"}';
Bun.listen({
  hostname: "169.254.169.254",
  port: 80,
  socket: {
    data: (wire) =>
      void wire.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`),
  },
});
