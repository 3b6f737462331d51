// A process of its own that throws datagrams at a port as fast as the kernel takes them: `flood.ts HOST PORT MILLISECONDS`. Says how many went.

import { Arena } from "../../bench/load/generator/arena.ts";
import { openLibc } from "../../bench/load/generator/libc.ts";
import { hostNumber } from "../../bench/load/generator/socket_address.ts";
import { UdpSocket } from "../../bench/load/generator/udp_socket.ts";

const LENGTHS = [1, 40, 400, 1_300];
/** What a careless reader would take for SIP. */
const STARTS = ["", "INVITE sip:a@b SIP/2.0\r\nVia: ", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP ", "\r\n\r\n"];

if (import.meta.main) {
  const [host = "", port = "", millis = ""] = Deno.args;
  console.log(flood({ host: hostNumber(host), port: Number(port), millis: Number(millis) }));
}

function flood({ host, port, millis }: { host: number; port: number; millis: number }): number {
  const arena = new Arena(4 * 1024 * 1024);
  const socket = new UdpSocket(openLibc(), arena, { host: hostNumber("127.0.0.1"), port: 0 });
  const garbage = STARTS.flatMap((start) =>
    LENGTHS.map((length) => {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      bytes.set(new TextEncoder().encode(start).subarray(0, length));
      return bytes;
    })
  );
  let sent = 0;
  for (const end = performance.now() + millis; performance.now() < end;) {
    for (const bytes of garbage) {
      arena.bytes.set(bytes, socket.reserve());
      socket.commit(bytes.length, host, port);
    }
    socket.flush();
    sent += garbage.length;
  }
  socket.close();
  return sent - socket.unsent;
}
