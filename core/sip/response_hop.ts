// Where the responses to a request go: RFC 3261 section 18.2.2, RFC 3581 section 4. Always to the host that the request came from: a
// `maddr` in Via would have us send to whomever a stranger names, and only multicast, which we do not listen to, needs it.
// For the same reason RFC 3263 section 5 ends here: when the source cannot be reached any more, no name or address in Via is tried instead, for
// that would be a connection to wherever a stranger wants, with his words in it.

import { sip } from "../../wasm/sip.ts";
import type { Hop } from "../hop.ts";
import type { Arrival } from "./arrival.ts";

const SIP_PORT = 5060;
const SIPS_PORT = 5061;

/** The hop for the responses to the request in the window. */
export function responseHop(arrival: Arrival): Hop {
  const hop = ownHop(arrival);
  return arrival.shard === undefined ? hop : { ...hop, shard: arrival.shard };
}

/** Where the request in the window really came from. */
export function sourceHop({ transport, host, port, flow, shard }: Arrival): Hop {
  return shard === undefined ? { transport, host, port, flow } : { transport, host, port, flow, shard };
}

function ownHop({ transport, host, port, flow }: Arrival): Hop {
  switch (transport) {
    case "loop":
    case "ws":
    case "wss":
      return { transport, host, port, flow };
    case "tls":
      return { transport, host, port: sip.viaPort || SIPS_PORT, flow };
    case "tcp":
      // The connection of the request; when it is closed, a new one to the port that the client listens on.
      return { transport, host, port: sip.viaPort || SIP_PORT, flow };
    case "udp": {
      return { transport, host, port: sip.viaRport ? port : sip.viaPort || SIP_PORT, flow };
    }
  }
}
