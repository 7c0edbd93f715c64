import { describe, expect, test } from "bun:test";
import { findInTables, findListener } from "../../src/callers/proc-net.ts";

// Two listeners, both ends of a connection, a redirected client's end, and a closed one in TIME_WAIT.
const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:64AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 48001 1 0000000000000000 100 0 0 10 0                     
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 48002 1 0000000000000000 100 0 0 10 0                     
   2: 0100007F:C001 0100007F:64AC 01 00000000:00000000 02:000005D2 00000000  1001        0 48003 2 0000000000000000 20 4 30 10 -1                    
   3: 0100007F:64AC 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 48004 1 0000000000000000 20 4 30 10 -1                    
   4: FEA9FEA9:C002 FEA9FEA9:0050 01 00000000:00000000 00:00000000 00000000  4294967294        0 4294967295 1 0000000000000000 20 4 30 10 -1
   5: 0100007F:C003 0100007F:64AC 06 00000000:00000000 03:00001760 00000000     0        0 0 3 0000000000000000                                      
`;
// A Java client's IPv4 connection, an IPv6 one, and a listener on every address.
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000100007F:C004 0000000000000000FFFF00000100007F:64AC 01 00000000:00000000 00:00000000 00000000  1002        0 48006 1 0000000000000000 20 4 30 10 -1
   1: C20E00FD000000000000000054020000:C005 00000000000000000000000001000000:64AC 01 00000000:00000000 00:00000000 00000000  1003        0 48007 1 0000000000000000 20 4 30 10 -1
   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1004        0 48008 1 0000000000000000 100 0 0 10 0
   3: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1005        0 48009 1 0000000000000000 100 0 0 10 0
`;
const tables = { tcp, tcp6 };

function end(text: string) {
  const colon = text.lastIndexOf(":");
  return { address: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

describe("the owner of", () => {
  test.each([
    ["127.0.0.1:49153", "127.0.0.1:25772", { uid: 1001, inode: 48003 }],
    ["127.0.0.1:25772", "127.0.0.1:49153", { uid: 1000, inode: 48004 }],
    ["169.254.169.254:49154", "169.254.169.254:80", { uid: 4294967294, inode: 4294967295 }],
    ["127.0.0.1:49156", "127.0.0.1:25772", { uid: 1002, inode: 48006 }],
    ["::ffff:127.0.0.1:49156", "127.0.0.1:25772", { uid: 1002, inode: 48006 }],
    ["fd00:ec2::254:49157", "::1:25772", { uid: 1003, inode: 48007 }],
    // Closed: its uid column says root.
    ["127.0.0.1:49155", "127.0.0.1:25772", undefined],
    // A listener is nobody's other end.
    ["127.0.0.1:25772", "0.0.0.0:0", undefined],
    ["127.0.0.1:49153", "127.0.0.1:25773", undefined],
    ["127.0.0.2:49153", "127.0.0.1:25772", undefined],
    ["not an address:49153", "127.0.0.1:25772", undefined],
  ])("%s -> %s", (source, destination, owner) => {
    expect(findInTables(tables, end(source), end(destination))).toEqual(owner);
  });

  test("nothing, where the tables cannot be read", () => {
    expect(findInTables({ tcp: "", tcp6: "" }, end("127.0.0.1:49153"), end("127.0.0.1:25772"))).toBeUndefined();
  });
});

describe("who listens at 127.0.0.1, port", () => {
  const PLACES = ["127.0.0.1", "0.0.0.0", "::"];
  test.each([
    [25772, { uid: 1000, inode: 48001 }],
    [80, { uid: 33, inode: 48002 }],
    [8080, { uid: 1004, inode: 48008 }],
    // Only on [::1]: no conflict.
    [8081, undefined],
    // An end of a connection is no listener.
    [49153, undefined],
  ])("%d", (port, owner) => {
    expect(findListener(tables, port, PLACES)).toEqual(owner);
  });
});
