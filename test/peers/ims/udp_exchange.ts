// Requests over UDP by hand, and their final answers.

import { parseSip, type SipText } from "../../scenarios/sip_text.ts";
import type { Address } from "../relay.ts";

const PATIENCE_MS = 8_000;

export interface Exchange extends Disposable {
  readonly port: number;
  /** Sends the lines of a request without a body, resolves to its final answer. */
  request(lines: readonly string[]): Promise<SipText>;
}

/** A socket at `own` (port 0: a free one) that talks to `peer`. */
export function exchange(own: Address, peer: Address): Exchange {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: own.host, port: own.port });
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  return {
    port: (socket.addr as Deno.NetAddr).port,
    async request(lines) {
      const bytes = new TextEncoder().encode([...lines, "Content-Length: 0", "", ""].join("\r\n"));
      await socket.send(bytes, { transport: "udp", hostname: peer.host, port: peer.port });
      const late = setTimeout(close, PATIENCE_MS);
      try {
        for (;;) {
          const [answer] = await socket.receive();
          const message = parseSip(answer);
          if (!message.start.startsWith("1")) return message;
        }
      } catch (error) {
        throw open ? error : new Error(`No answer within ${PATIENCE_MS} ms to ${lines[0]}`);
      } finally {
        clearTimeout(late);
      }
    },
    [Symbol.dispose]: close,
  };
}
