// Text out of memory by the shortest way into the engine that the host has. TextDecoder is everywhere and takes 100 ns whatever the
// length; node:buffer, which Deno and Node.js have, takes 45 ns, and its latin1 is a plain copy.

/** What is used of a node:buffer over a memory: what its toString() calls, without the look at the encoding's name. */
interface NodeBuffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

interface BufferModule {
  readonly Buffer: { from(buffer: ArrayBuffer): NodeBuffer; readonly prototype: Partial<NodeBuffer> };
}

/** Up to this many bytes node:buffer reads UTF-8 faster than TextDecoder, beyond it several times more slowly. */
const shortUtf8 = 256;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Makes fresh strings of one memory's bytes. */
export class HostText {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #buffer: NodeBuffer | undefined;

  /** `nodeBuffer` = the host's module, null where it has none: then TextDecoder does all. */
  constructor(bytes: Uint8Array<ArrayBuffer>, nodeBuffer: BufferModule | null = bufferModule()) {
    this.#bytes = bytes;
    this.#buffer = nodeBuffer?.Buffer.from(bytes.buffer);
  }

  /** Text of bytes that somebody has found to be ASCII; what others come to depends on the host. */
  ascii(start: number, end: number): string {
    return this.#buffer === undefined ? this.#decode(start, end) : this.#buffer.latin1Slice(start, end);
  }

  /** Text of any bytes: what is no UTF-8 becomes U+FFFD. */
  utf8(start: number, end: number): string {
    return this.#buffer === undefined || end - start > shortUtf8
      ? this.#decode(start, end)
      : this.#buffer.utf8Slice(start, end);
  }

  #decode(start: number, end: number): string {
    return decoder.decode(this.#bytes.subarray(start, end));
  }
}

/** Asked for at run time: an import of node:buffer would not load in a browser. */
function bufferModule(): BufferModule | null {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?(name: "node:buffer"): BufferModule };
  };
  const found = process?.getBuiltinModule?.("node:buffer");
  const { latin1Slice, utf8Slice } = found?.Buffer.prototype ?? {};
  return found === undefined || latin1Slice === undefined || utf8Slice === undefined ? null : found;
}
