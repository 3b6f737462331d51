// A WebSocket by hand (RFC 6455), which may do what no library would: send without end, never read, send nothing but headers.

const OPCODE_TEXT = 1;
const FIN = 0x80;
const MASKED = 0x80;
/** A mask of zeros is one too, and leaves the payload as it is. */
const MASK = new Uint8Array(4);
const HANDSHAKE_LIMIT = 4_096;

export class RawBrowser implements Disposable {
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** @throws Error when the relay does not take it */
  static async open(host: string, user: string): Promise<RawBrowser> {
    const [hostname = "", port = ""] = host.split(":");
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const lines = [
      `GET /ws?user=${user} HTTP/1.1`,
      `Host: ${host}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol: roap.ims",
    ];
    await connection.write(new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n"));
    const buffer = new Uint8Array(1);
    let head = "";
    while (!head.endsWith("\r\n\r\n") && head.length < HANDSHAKE_LIMIT) {
      if (await connection.read(buffer) === null) break;
      head += String.fromCharCode(buffer[0]!);
    }
    if (!head.startsWith("HTTP/1.1 101 ")) {
      connection.close();
      throw new Error(`No WebSocket: ${head.split("\r\n")[0]}`);
    }
    return new RawBrowser(connection);
  }

  /** Sends all bytes. Answers false when the relay has closed the connection. */
  async send(bytes: Uint8Array): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Reads until the relay closes the WebSocket or the connection, or patience ends. Answers the code of its close frame, 0 when there was none, and the
   * bytes that came; isEnd false: it was patience that ended.
   */
  async end(patience = 20_000): Promise<{ code: number; bytes: number; isEnd: boolean }> {
    let isEnd = true;
    const timer = setTimeout(() => {
      isEnd = false;
      this[Symbol.dispose]();
    }, patience);
    const buffer = new Uint8Array(65_536);
    const parser = new CloseFinder();
    try {
      while (parser.code === 0) {
        const length = await this.#connection.read(buffer);
        if (length === null) break;
        parser.push(buffer.subarray(0, length));
      }
    } catch {
      // Reset: whatever came before counts.
    }
    clearTimeout(timer);
    return { code: parser.code, bytes: parser.bytes, isEnd };
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The relay was quicker.
    }
  }
}

/** One frame of a client's. */
export function frame(payload: Uint8Array, opcode: number = OPCODE_TEXT, isFinal = true): Uint8Array {
  const { length } = payload;
  const size = length < 126 ? [MASKED | length] : [MASKED | 126, length >> 8, length & 0xff];
  return new Uint8Array([(isFinal ? FIN : 0) | opcode, ...size, ...MASK, ...payload]);
}

/** The same bytes again and again. */
export function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let at = 0; at < times; at++) all.set(bytes, at * bytes.length);
  return all;
}

/** Goes from frame to frame of a server's, for the one that closes. */
class CloseFinder {
  code = 0;
  bytes = 0;
  #rest = new Uint8Array(0);

  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    const all = new Uint8Array(this.#rest.length + chunk.length);
    all.set(this.#rest);
    all.set(chunk, this.#rest.length);
    let at = 0;
    for (;;) {
      const [head, payload] = sizes(all, at);
      if (head === 0 || at + head + payload > all.length) break;
      if ((all[at]! & 0x0f) === 8 && payload >= 2) this.code = all[at + head]! << 8 | all[at + head + 1]!;
      at += head + payload;
    }
    this.#rest = all.slice(at);
  }
}

/** Bytes of the header at this place, 0 = not all of it is there, and of the payload behind it. */
function sizes(bytes: Uint8Array, at: number): [head: number, payload: number] {
  if (bytes.length < at + 2) return [0, 0];
  const short = bytes[at + 1]! & 0x7f;
  const more = short < 126 ? 0 : short === 126 ? 2 : 8;
  if (bytes.length < at + 2 + more) return [0, 0];
  let payload = more === 0 ? short : 0;
  for (let i = 0; i < more; i++) payload = payload * 256 + bytes[at + 2 + i]!;
  return [2 + more, payload];
}
