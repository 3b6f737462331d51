// SIP's TCP connections, in Deno's hands.

import { TcpListener } from "../net/tcp_listener.ts";
import type { StreamKind } from "./stream_transport.ts";

export const TCP: StreamKind = {
  transport: "tcp",
  listen: (at) => new TcpListener(at),
  connect: ({ host, port }, signal) => Deno.connect({ hostname: host, port, signal }),
};
