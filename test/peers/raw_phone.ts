// A SIP peer without manners: sends any text, over UDP or TCP, and reads what comes back by hand.

import { header, parseSip, type SipText } from "../scenarios/sip_text.ts";
import { LOOPBACK, LOOPBACK6, text, type Transport } from "./ports.ts";
import type { Address, Relay } from "./relay.ts";

const PATIENCE_MS = 5_000;
const END_OF_HEAD = "\r\n\r\n";

export interface RawPhone extends Disposable {
  readonly transport: Transport;
  readonly address: Address;
  send(message: string): Promise<void>;
  /** From now on to another of the relay's addresses; over UDP alone. */
  turnTo?(target: Address): void;
  /** The next message; undefined when the relay has closed the connection. */
  next(): Promise<SipText | undefined>;
  /** Everything that came, byte for byte. */
  readonly texts: string[];
}

/** `listener`: which one of the relay's, in the order in which it says them. */
export async function openRawPhone(relay: Relay, transport: Transport, listener = 0): Promise<RawPhone> {
  return await rawPhoneTo(relay[transport][listener]!, transport);
}

/** A phone of the same IP version as the address that it talks to. */
export async function rawPhoneTo(target: Address, transport: Transport): Promise<RawPhone> {
  const { host, port } = target;
  if (transport === "tcp") return new TcpPhone(await Deno.connect({ hostname: host, port }));
  return new UdpPhone(host.includes(":") ? LOOPBACK6 : LOOPBACK, target);
}

/** A phone at the other end of a connection that the relay has made. */
export function rawPhoneOn(connection: Deno.TcpConn | Deno.TlsConn): RawPhone {
  return new TcpPhone(connection);
}

/** A phone that waits for datagrams at an address of this machine's, and answers whoever has written first. */
export function waitingRawPhone(host: string): RawPhone {
  return new UdpPhone(host);
}

/** A response to a request, with the tag of this phone in To. */
export function rawResponse(request: SipText, line: string, body = "", contact = ""): string {
  const kept = request.headers.filter(([name]) => ["via", "from", "call-id", "cseq"].includes(name));
  const to = header(request, "to");
  const lines = [
    ...kept,
    ["to", to.includes("tag=") ? to : `${to};tag=raw`],
    ...(contact === "" ? [] : [["contact", contact]]),
    ...(body === "" ? [] : [["content-type", "application/sdp"]]),
    ["content-length", String(new TextEncoder().encode(body).length)],
  ];
  return `SIP/2.0 ${line}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

class UdpPhone implements RawPhone {
  readonly transport = "udp";
  readonly texts: string[] = [];
  #target: Address | undefined;
  readonly #host: string;
  readonly #socket: Deno.DatagramConn;

  constructor(host: string, target?: Address) {
    this.#host = host;
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname: host, port: 0 });
    this.#target = target;
  }

  get address(): Address {
    return { host: this.#host, port: (this.#socket.addr as Deno.NetAddr).port };
  }

  turnTo(target: Address): void {
    this.#target = target;
  }

  async send(message: string): Promise<void> {
    if (this.#target === undefined) throw new Error("Nobody has written to this phone yet");
    const { host, port } = this.#target;
    await this.#socket.send(new TextEncoder().encode(message), { transport: "udp", hostname: host, port });
  }

  async next(): Promise<SipText> {
    const [bytes, from] = await inTime(this.#socket.receive());
    const { hostname, port } = from as Deno.NetAddr;
    this.#target ??= { host: hostname, port };
    this.texts.push(new TextDecoder().decode(bytes));
    return parseSip(bytes);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

class TcpPhone implements RawPhone {
  readonly transport = "tcp";
  readonly texts: string[] = [];
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  /** One character a byte. */
  #rest = "";

  constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
  }

  get address(): Address {
    const { hostname, port } = this.#connection.localAddr as Deno.NetAddr;
    return { host: hostname, port };
  }

  async send(message: string): Promise<void> {
    const bytes = new TextEncoder().encode(message);
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async next(): Promise<SipText | undefined> {
    const buffer = new Uint8Array(16_384);
    for (;;) {
      const end = this.#rest.indexOf(END_OF_HEAD);
      const length = Number(/^content-length:\s*(\d+)/im.exec(this.#rest.slice(0, end))?.[1] ?? 0);
      const whole = end + END_OF_HEAD.length + length;
      if (end >= 0 && this.#rest.length >= whole) {
        const message = this.#rest.slice(0, whole);
        this.#rest = this.#rest.slice(whole);
        this.texts.push(message);
        return parseSip(Uint8Array.from(message, (byte) => byte.charCodeAt(0)));
      }
      const read = await inTime(this.#connection.read(buffer).catch(resetIsEnd));
      if (read === null) return undefined;
      this.#rest += String.fromCharCode(...buffer.subarray(0, read));
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

export interface RawRequest {
  readonly method?: string;
  readonly uri?: string;
  readonly version?: string;
  /** Header lines by name, instead of or besides the usual ones; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

let serial = 0;

/** A request that is right but for what `request` says. */
export function rawRequest(phone: RawPhone, request: RawRequest = {}): string {
  const { method = "OPTIONS", uri = "sip:bob@ropeway.local", version = "SIP/2.0", body = "" } = request;
  const id = `${crypto.randomUUID().slice(0, 8)}${++serial}`;
  const own = text(phone.address);
  const headers: Record<string, string | undefined> = {
    Via: `SIP/2.0/${phone.transport.toUpperCase()} ${own};branch=z9hG4bK${id};rport`,
    From: `"Raw" <sip:raw@elsewhere.example>;tag=f${id}`,
    To: `<${uri}>`,
    "Call-ID": `${id}@raw`,
    CSeq: `7 ${method}`,
    "Max-Forwards": "70",
    Contact: `<sip:raw@${own};transport=${phone.transport}>`,
    ...(body === "" ? {} : { "Content-Type": "application/sdp" }),
    "Content-Length": String(new TextEncoder().encode(body).length),
    ...request.headers,
  };
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined);
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${uri} ${version}\r\n${head}\r\n${body}`;
}

async function inTime<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function resetIsEnd(error: unknown): null {
  if (error instanceof Deno.errors.ConnectionReset) return null;
  throw error;
}
