// A WebSocket client by hand: it can say whatever the protocol forbids, and hears every frame as it stands.

import type { Served } from "./served.ts";

export interface RawFrame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Uint8Array;
}

export interface FrameOptions {
  readonly final?: boolean;
  /** The three reserved bits, as they stand in the first byte: 0x40, 0x20, 0x10. */
  readonly reserved?: number;
  /** false: not masked. */
  readonly mask?: Uint8Array | false;
  /** Bytes for the length, 0, 2 or 8: the fewest when not given. */
  readonly lengthRoom?: 0 | 2 | 8;
}

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

const encoder = new TextEncoder();
const MASK = new Uint8Array([0x12, 0xfe, 0x34, 0xab]);

/** One frame as a client writes it. */
export function rawFrame(
  opcode: number,
  payload: Uint8Array | string,
  options: FrameOptions = {},
): Uint8Array {
  const bytes = typeof payload === "string" ? encoder.encode(payload) : payload;
  const { final = true, reserved = 0, mask = MASK } = options;
  const room = options.lengthRoom ?? (bytes.length < 126 ? 0 : bytes.length < 65_536 ? 2 : 8);
  const head = [(final ? 0x80 : 0) | reserved | opcode];
  head.push((mask === false ? 0 : 0x80) | (room === 0 ? bytes.length : room === 2 ? 126 : 127));
  for (let at = room - 1; at >= 0; at--) head.push(Math.floor(bytes.length / 256 ** at) % 256);
  if (mask !== false) head.push(...mask);
  const frame = new Uint8Array(head.length + bytes.length);
  frame.set(head);
  bytes.forEach((byte, at) => frame[head.length + at] = mask === false ? byte : byte ^ mask[at % 4]!);
  return frame;
}

export function closePayload(code: number, reason = ""): Uint8Array {
  return new Uint8Array([code >> 8, code & 255, ...encoder.encode(reason)]);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export class RawWebSocket {
  readonly stream: Deno.TcpConn;
  readonly feed: number;
  #bytes = new Uint8Array(0);

  constructor(stream: Deno.TcpConn, feed: number) {
    this.stream = stream;
    this.feed = feed;
    stream.setNoDelay(true);
  }

  static async open(served: Served, user = "raw"): Promise<RawWebSocket> {
    const { status, stream } = await served.handshake(`/ws?user=${user}`);
    if (status !== 101) throw new Error(`The handshake was answered with ${status}`);
    const { feed } = await served.relay.next("open");
    return new RawWebSocket(stream, feed);
  }

  /** Sends bytes as they are. A peer that has closed meanwhile is no error. */
  async send(...parts: Uint8Array[]): Promise<void> {
    const bytes = concat(parts);
    try {
      for (let at = 0; at < bytes.length;) at += await this.stream.write(bytes.subarray(at));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) {
        throw error;
      }
    }
  }

  /** The next frame; undefined = the peer has hung up. */
  async frame(): Promise<RawFrame | undefined> {
    const head = await this.#take(2);
    if (head === undefined) return undefined;
    const short = head[1]!;
    if (short > 127) throw new Error("The server masks");
    const room = short < 126 ? 0 : short === 126 ? 2 : 8;
    const length = room === 0 ? short : (await this.#take(room))!.reduce((sum, byte) => sum * 256 + byte, 0);
    const payload = length === 0 ? new Uint8Array(0) : await this.#take(length);
    if (payload === undefined) throw new Error("The stream ends within a frame");
    return { opcode: head[0]! & 15, final: head[0]! > 127, payload };
  }

  /** The code of the next close frame, 0 = it had none; undefined = the peer hung up without one. */
  async closeCode(): Promise<number | undefined> {
    for (;;) {
      const frame = await this.frame();
      if (frame === undefined) return undefined;
      if (frame.opcode === CLOSE) {
        return frame.payload.length === 0 ? 0 : frame.payload[0]! * 256 + frame.payload[1]!;
      }
    }
  }

  /** Resolves when the peer has hung up, whatever it says before. */
  async hungUp(): Promise<void> {
    while (await this.#more()) this.#bytes = new Uint8Array(0);
  }

  [Symbol.dispose](): void {
    this.stream.close();
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes.length < count) if (!await this.#more()) return undefined;
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(16_384);
    try {
      const length = await this.stream.read(buffer);
      if (length === null) return false;
      this.#bytes = concat([this.#bytes, buffer.subarray(0, length)]) as Uint8Array<ArrayBuffer>;
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return false;
      throw error;
    }
  }
}
