// A server for the tests, run inside a namespace: prints its port, then tells every client who it is, as JSON.

import { createCallerFinder } from "../../src/callers/find-caller.ts";
import { processOfSocket } from "../../src/callers/process.ts";
import { openLibc } from "../../src/sys/libc.ts";

const libc = process.argv[2] === "proc" ? undefined : openLibc();
const find = createCallerFinder({ platform: process.platform, libc });
const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket) {
      const { remoteAddress, remotePort, localAddress, localPort } = socket;
      const caller = find({ address: remoteAddress, port: remotePort, localAddress, localPort });
      const pid = caller.inode === undefined ? caller.pid : processOfSocket(caller);
      const body = JSON.stringify({ address: remoteAddress, uid: caller.uid, pid });
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    },
  },
});
console.log(server.port);
