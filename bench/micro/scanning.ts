// What is the physical limit? Looking at every byte of a message once is less than anybody can do who reads it.

import asc from "assemblyscript/asc";
import { Buffer } from "node:buffer";
import type { Absent, Group } from "../group.ts";
import { INVITES, type Message } from "../messages.ts";
import { type Peer, startPeer } from "../peers/peer.ts";
import { ropeway } from "../readers/ropeway.ts";
import { work } from "../rounds.ts";

/** AssemblyScript: 32 bytes a step for one that is not there. Text, because its types are another language's than this folder's. */
const SCANNER = `
export function scan(length: usize): usize {
  const wanted = i8x16.splat(1);
  const end: usize = 1024 + length;
  for (let at: usize = 1024; at < end; at += 32) {
    const left = i8x16.eq(v128.load(at), wanted);
    const right = i8x16.eq(v128.load(at, 16), wanted);
    if (v128.any_true(v128.or(left, right))) return at - 1024;
  }
  return length;
}
`;
const WINDOW = 1024;
const ABSENT_BYTE = 1;

interface Scanner {
  readonly memory: WebAssembly.Memory;
  readonly scan: (length: number) => number;
}

/** One group an INVITE. The peer belongs to `stack`. */
export async function scanningGroups(stack: AsyncDisposableStack, into: string): Promise<Group[]> {
  const started = await startPeer("memchr", { messages: INVITES, into });
  const peer = "why" in started ? undefined : stack.use(started);
  const absent = "why" in started ? [started] : [];
  const scanner = await compile();
  return INVITES.map((message, at) => group(message, { at, peer, absent, scanner }));
}

function group(
  { name, bytes }: Message,
  { at, peer, absent, scanner }: {
    at: number;
    peer: Peer | undefined;
    absent: readonly Absent[];
    scanner: Scanner;
  },
): Group {
  const { length } = bytes;
  const window = new Uint8Array(scanner.memory.buffer, WINDOW);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  const decoder = new TextDecoder();
  window.set(bytes);
  if (scanner.scan(length) !== length || buffer.includes(ABSENT_BYTE)) {
    throw new Error("A scanner finds what is not there");
  }
  return {
    name: `scan ${name}`,
    bytes: length,
    targets: [
      work("WASM, SIMD, in place", () => scanner.scan(length)),
      ...(peer === undefined ? [] : [peer.target(at, false)]),
      work("WASM, SIMD, copied in first", () => {
        window.set(bytes);
        return scanner.scan(length);
      }),
      work("Buffer.indexOf", () => buffer.indexOf(ABSENT_BYTE) + length),
      work("TextDecoder.decode", () => decoder.decode(bytes).length),
      work(ropeway.name, () => ropeway.read(bytes)),
    ],
    absent,
    budgets: [],
  };
}

async function compile(): Promise<Scanner> {
  const { error, binary, stderr } = await asc.compileString(SCANNER, {
    optimizeLevel: 3,
    runtime: "stub",
    enable: ["simd"],
    initialMemory: 2,
    maximumMemory: 2,
  });
  if (error !== null || binary === null) throw new Error(`The scanner does not build: ${stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(new Uint8Array(binary), {
    env: { abort: () => {} },
  });
  const { memory, scan } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== "function") {
    throw new Error("The scanner has no memory");
  }
  return { memory, scan: scan as Scanner["scan"] };
}
