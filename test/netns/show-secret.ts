// What not to do: a server on the emulated addresses themselves that answers whoever asks.
const body = '{"SecretAccessKey": "none at all"}';
for (const hostname of ["169.254.169.254", ...process.argv.slice(2)]) {
  Bun.listen({
    hostname,
    port: 80,
    socket: {
      data: (wire) =>
        void wire.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`),
    },
  });
}
