// A UDP transport of either kind on loopback, and the phone at its other end.

import type { Hop } from "../core/hop.ts";
import { openNative } from "../runtime/net/native.ts";
import { datagramCalls, type Libc } from "../runtime/sip/datagram/libc.ts";
import { UdpTransport } from "../runtime/sip/udp.ts";
import { RecordingInputs } from "./recording_inputs.ts";
import { RecordedLog } from "./recording_relay.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What this machine can do. */
export const KINDS: readonly ("batched" | "plain")[] = Deno.build.os === "linux"
  ? ["batched", "plain"]
  : ["plain"];

/** `libc` stands between the transport and the library. */
export function udpRig(
  { kind, hosts = ["127.0.0.1"], around = (libc) => libc, bufferBytes = 4_194_304 }: {
    kind: "batched" | "plain";
    hosts?: readonly string[];
    around?: (libc: Libc) => Libc;
    bufferBytes?: number;
  },
) {
  const log = new RecordedLog();
  const native = kind === "batched" ? openNative() : undefined;
  const batches = native === undefined ? undefined : { native, calls: around(datagramCalls(native.libc)) };
  const udp = new UdpTransport({ log, batches, bufferBytes });
  const addresses = hosts.map((host) => udp.listen({ host, port: 0 }));
  if (addresses.some((address) => udp.kindOf(address) !== kind)) throw new Error(`No socket is ${kind}`);
  const inputs = new RecordingInputs();
  const sent = (text: string, hop: Hop, transaction = "") =>
    udp.send({ hop, bytes: encoder.encode(text), transaction });
  const close = async () => {
    udp.close();
    await native?.close();
  };
  udp.start(inputs);
  return { udp, log, inputs, addresses, sent, [Symbol.asyncDispose]: close };
}

/** A SIP peer that says and hears texts. */
export class Phone {
  readonly socket: Deno.DatagramConn;

  constructor(host = "127.0.0.1") {
    this.socket = Deno.listenDatagram({ transport: "udp", hostname: host, port: 0 });
  }

  get port(): number {
    return (this.socket.addr as Deno.NetAddr).port;
  }

  hop(): Hop {
    const { hostname: host, port } = this.socket.addr as Deno.NetAddr;
    return { transport: "udp", host, port, flow: 0 };
  }

  async send(text: string, { host, port }: { host: string; port: number }): Promise<void> {
    await this.socket.send(encoder.encode(text), { transport: "udp", hostname: host, port });
  }

  async receive(): Promise<{ text: string; port: number }> {
    const [bytes, from] = await this.socket.receive();
    return { text: decoder.decode(bytes), port: (from as Deno.NetAddr).port };
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** An address at which nobody listens. */
export function nobody(host = "127.0.0.1"): Hop {
  using phone = new Phone(host);
  return phone.hop();
}
