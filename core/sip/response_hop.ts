// Where the responses to a request go: RFC 3261 section 18.2.2, RFC 3581 section 4.

import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import type { Hop } from "../hop.ts";
import type { Arrival } from "./arrival.ts";

const SIP_PORT = 5060;

/** The hop for the responses to the request in the window. */
export function responseHop({ transport, host, port, flow }: Arrival): Hop {
  switch (transport) {
    case "loop":
      return { transport, host, port, flow };
    case "tcp":
      // The connection of the request; when it is closed, a new one to the port that the client listens on.
      return { transport, host, port: sip.viaPort || SIP_PORT, flow };
    case "udp": {
      if (sip.viaRport) return { transport, host, port, flow };
      const maddr = sip.viaMaddr === 0 ? "" : addressOf(sip.text(sip.viaMaddr));
      return { transport, host: maddr || host, port: sip.viaPort || SIP_PORT, flow };
    }
  }
}

/** An IP address without brackets, "" when the text is a name: responses are not worth a resolution. */
function addressOf(text: string): string {
  return uri.read(`sip:${text}`) === 0 && uri.hostIsIp ? uri.host : "";
}
