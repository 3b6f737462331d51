// A UDP hop between relay and phone that records every datagram and loses chosen ones.
//
//   relay ◄──► outer | hop | inner ◄──► phone
//
// It rewrites nothing: the phone's Via and Contact name `outer`, so the relay never learns the phone's own address, and the phone sends to
// `inner` what is for the relay. What it can leave out on the way to a phone are whole header lines that the phone chokes on.

import { parseSip, type SipText } from "../scenarios/sip_text.ts";
import { LOOPBACK, until } from "./ports.ts";
import type { Address } from "./relay.ts";
import { inShort } from "./sipp.ts";

export type Way = "toPhone" | "toRelay";

export interface Passed {
  readonly at: number;
  readonly way: Way;
  readonly short: string;
  readonly message: SipText;
  readonly bytes: Uint8Array;
  readonly lost: boolean;
}

const PATIENCE_MS = 20_000;

export class Hop implements Disposable {
  readonly record: Passed[] = [];
  /** The phone: whoever sent to `inner` last, until somebody says otherwise. */
  phone: Address | undefined;
  relay: Address | undefined;
  readonly #outer: Deno.DatagramConn;
  readonly #inner: Deno.DatagramConn;
  readonly #losses: { readonly way: Way; readonly short: string; left: number }[] = [];

  constructor() {
    this.#outer = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    this.#inner = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });
    void this.#carry("toPhone");
    void this.#carry("toRelay");
  }

  /** What the relay takes for the phone. */
  get outer(): Address {
    return addressOf(this.#outer);
  }

  /** What the phone takes for the relay. */
  get inner(): Address {
    return addressOf(this.#inner);
  }

  /** Loses the next datagrams of that kind: `INVITE`, `200 BYE`. */
  lose(way: Way, short: string, times = 1): void {
    this.#losses.push({ way, short, left: times });
  }

  /** Everything in short: `toPhone INVITE`, with ` lost` after what got no further. */
  get story(): string[] {
    return this.record.map(({ way, short, lost }) => `${way} ${short}${lost ? " lost" : ""}`);
  }

  all(way: Way, short: string): Passed[] {
    return this.record.filter((one) => one.way === way && one.short === short);
  }

  /** Resolves when so many datagrams of that kind have come by, lost ones too. */
  async sees(way: Way, short: string, times = 1): Promise<Passed[]> {
    return await until(() => this.all(way, short).length >= times && this.all(way, short), {
      within: PATIENCE_MS,
      failing: () => `Not ${times} ${way} ${short} came by:\n${this.story.join("\n")}`,
    });
  }

  [Symbol.dispose](): void {
    this.#outer.close();
    this.#inner.close();
  }

  async #carry(way: Way): Promise<void> {
    const [from, to] = way === "toPhone" ? [this.#outer, this.#inner] : [this.#inner, this.#outer];
    for await (const [bytes, sender] of from) {
      const at = Date.now();
      const { hostname, port } = sender as Deno.NetAddr;
      if (way === "toPhone") this.relay = { host: hostname, port };
      else this.phone = { host: hostname, port };
      const message = parseSip(bytes);
      const short = inShort(message);
      const loss = this.#losses.find((one) => one.way === way && one.short === short && one.left > 0);
      if (loss !== undefined) loss.left--;
      this.record.push({ at, way, short, message, bytes: bytes.slice(), lost: loss !== undefined });
      const target = way === "toPhone" ? this.phone : this.relay;
      if (loss !== undefined || target === undefined) continue;
      await to.send(bytes, {
        transport: "udp",
        hostname: target.host,
        port: target.port,
      });
    }
  }
}

function addressOf(socket: Deno.DatagramConn): Address {
  const { hostname, port } = socket.addr as Deno.NetAddr;
  return { host: hostname, port };
}
