// What passes at the nodes of a core: their own copies of every SIP message they take or send, over HEP 3 (sipcapture.org). Needs no
// privilege, and sees what TLS or TCP would hide or cut.

import { header, parseSip, type SipText } from "../../scenarios/sip_text.ts";
import { LOOPBACK, until } from "../ports.ts";
import type { Address } from "../relay.ts";
import { inShort } from "../sipp.ts";

export interface Tapped {
  readonly from: Address;
  readonly to: Address;
  readonly transport: "udp" | "tcp";
  /** `INVITE`, `200 REGISTER`. */
  readonly short: string;
  readonly message: SipText;
  readonly text: string;
  /** When it was seen, ms since 1970. */
  readonly at: number;
}

/** What is wanted of the messages between a host and the core. */
export interface TapQuery {
  /** From the host to the core, or back. */
  readonly way: "sent" | "received";
  readonly short: string;
}

/** Long enough for what is tried again after 30 s. */
const PATIENCE_MS = 40_000;
const TCP = 6;
/** HEP 3 chunks: transport, addresses, ports, the message. */
const CHUNK = { protocol: 2, source: 3, target: 4, sourcePort: 7, targetPort: 8, payload: 15 } as const;

const decoder = new TextDecoder();

export class Tap implements Disposable {
  readonly address: Address;
  readonly record: Tapped[] = [];
  readonly #socket: Deno.DatagramConn;

  constructor(host: string) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: host, port: 0 });
    const { hostname, port } = this.#socket.addr as Deno.NetAddr;
    this.address = { host: hostname, port };
    void this.#read();
  }

  /** Forgets what has passed. */
  clear(): void {
    this.record.length = 0;
  }

  /** What a host has sent to the core or received from it, in the order in which the core told. */
  of(host: string): Tapped[] {
    return this.record.filter(({ from, to }) => from.host === host || to.host === host);
  }

  all(host: string, { way, short }: TapQuery): Tapped[] {
    return this.of(host).filter((one) =>
      one.short === short && (one.from.host === host) === (way === "sent")
    );
  }

  /** Resolves to the message that makes it so many. */
  async sees(host: string, wanted: TapQuery, times = 1): Promise<SipText> {
    const missing = `${host} has not ${wanted.way} ${times} ${wanted.short}`;
    return (await this.until(() => this.all(host, wanted)[times - 1], missing)).message;
  }

  /** Resolves when the condition gives something; `missing` says what was waited for. */
  async until<Value>(condition: () => Value | undefined | false, missing: string): Promise<Value> {
    const story = () => this.record.map(({ from, to, short }) => `${from.host} -> ${to.host} ${short}`);
    return await until(condition, {
      within: PATIENCE_MS,
      failing: () => [missing, ...story()].join("\n"),
    });
  }

  story(host: string): string[] {
    return this.of(host).map(({ from, short }) => `${from.host === host ? "sent" : "received"} ${short}`);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #read(): Promise<void> {
    for await (const [datagram] of this.#socket) {
      const tapped = readHep(datagram);
      if (tapped !== undefined) this.record.push(tapped);
    }
  }
}

/** undefined: no SIP message, a keep-alive say. */
function readHep(datagram: Uint8Array): Tapped | undefined {
  if (decoder.decode(datagram.subarray(0, 4)) !== "HEP3") return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.length);
  const chunks = new Map<number, Uint8Array>();
  // each: vendor, type, length with these six bytes
  for (let at = 6; at + 6 <= datagram.length;) {
    const length = view.getUint16(at + 4);
    if (length < 6) return undefined;
    chunks.set(view.getUint16(at + 2), datagram.subarray(at + 6, at + length));
    at += length;
  }
  const bytes = chunks.get(CHUNK.payload);
  if (bytes === undefined || !/ SIP\/2\.0\r\n|^SIP\/2\.0 /.test(decoder.decode(bytes))) return undefined;
  const address = (host: number, port: number): Address => {
    const [high = 0, low = 0] = chunks.get(port) ?? [];
    return { host: (chunks.get(host) ?? []).join("."), port: 256 * high + low };
  };
  const message = parseSip(bytes);
  const isRequest = message.requestUri !== "";
  return {
    from: named(address(CHUNK.source, CHUNK.sourcePort), message, isRequest),
    to: named(address(CHUNK.target, CHUNK.targetPort), message, !isRequest),
    transport: chunks.get(CHUNK.protocol)?.[0] === TCP ? "tcp" : "udp",
    short: inShort(message),
    message,
    text: decoder.decode(bytes),
    at: Date.now(),
  };
}

/** On loopback TCP connections come from 127.0.0.1, whoever has opened them: Via says who that is. */
function named(at: Address, message: SipText, isClient: boolean): Address {
  if (!isClient || at.host !== LOOPBACK) return at;
  const [, host] = /^SIP\/2\.0\/\w+ ([\d.]+)/.exec(header(message, "via")) ?? [];
  return host === undefined ? at : { ...at, host };
}
