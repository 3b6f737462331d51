// A SIP phone that calls somebody who does not exist, again and again, until it is told so.

import { OFFER_SDP } from "../../bench/load/sdp.ts";
import type { Address } from "../peers/relay.ts";

const EVERY = 10;

export class Stranger implements Disposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #relay: Address;
  #serial = 0;

  constructor(relay: Address) {
    this.#relay = relay;
  }

  /** Resolves to the status of the first final response to a call that was begun from now on. */
  async answer(): Promise<number> {
    const first = this.#serial + 1;
    const timer = setInterval(() => this.#send(this.#request("INVITE", ++this.#serial)), EVERY);
    try {
      for await (const [bytes] of this.#socket) {
        const text = new TextDecoder().decode(bytes);
        const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1]);
        const serial = Number(/^CSeq: *(\d+)/im.exec(text)?.[1]);
        if (status < 200 || !(serial >= first)) continue;
        this.#send(this.#request("ACK", serial, /^To: *(.*)$/im.exec(text)?.[1]));
        return status;
      }
    } finally {
      clearInterval(timer);
    }
    throw new Error("The phone was closed");
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #request(method: string, serial: number, to = "<sip:nobody@ropeway.local>"): string {
    const { port } = this.#socket.addr as Deno.NetAddr;
    return [
      `${method} sip:nobody@ropeway.local SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKstranger${port}x${serial}`,
      "Max-Forwards: 70",
      `From: <sip:stranger@caller.invalid>;tag=s${serial}`,
      `To: ${to.trim()}`,
      `Call-ID: stranger${port}x${serial}`,
      `CSeq: ${serial} ${method}`,
      ...(method === "INVITE"
        ? [`Contact: <sip:stranger@127.0.0.1:${port}>`, "Content-Type: application/sdp"]
        : []),
      `Content-Length: ${method === "INVITE" ? OFFER_SDP.length : 0}`,
      "",
      method === "INVITE" ? OFFER_SDP : "",
    ].join("\r\n");
  }

  #send(text: string): void {
    const { host, port } = this.#relay;
    const to = { transport: "udp", hostname: host, port } as const;
    // a refusal says that nobody listens yet
    this.#socket.send(new TextEncoder().encode(text), to).catch(() => {});
  }
}
