// The codec as its users have it, over instrumented binaries: SIMD and scalar side by side.

import { Codec } from "../../wasm/instance.ts";
import type { CodecExports } from "../../wasm/exports.ts";
import { COUNTERS, instrument, STEPS } from "./instrument.ts";

/** Pieces of one header value: exports that views of single headers are made of. */
export interface ValueExports {
  readonly openValue: (span: number) => void;
  readonly valueOffset: () => number;
  readonly valueDone: () => number;
  readonly takeToken: () => number;
  readonly takeHost: () => number;
  readonly takeCallId: () => number;
  readonly takeNumber: (limit: number) => number;
  readonly takeQuoted: () => number;
  readonly takeComment: () => number;
  readonly takeParam: () => number;
  readonly takeAuthParam: () => number;
  readonly takeAddress: () => number;
  readonly takeElement: () => number;
  readonly takeHead: () => number;
  readonly takeCharacter: (character: number) => number;
}

/** One instance of the codec. */
export interface Build {
  readonly codec: Codec;
  readonly values: ValueExports;
  /** Entries of its blocks since they were last cleared. */
  readonly counters: Uint32Array<ArrayBuffer>;
  /** How many turns of loops it may still take before it traps. */
  readonly steps: Uint32Array<ArrayBuffer>;
}

export interface Builds {
  readonly simd: Build;
  readonly scalar: Build;
}

const wasm = new URL("../../wasm/", import.meta.url);

/** Makes both builds, in memory alone. */
export function makeBuilds(): Builds {
  return { simd: makeBuild("codec.wasm"), scalar: makeBuild("codec_scalar.wasm") };
}

function makeBuild(file: string): Build {
  const { binary, counters } = instrument(Deno.readFileSync(new URL(file, wasm)));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const memory = (exports["memory"] as WebAssembly.Memory).buffer as ArrayBuffer;
  return {
    codec: new Codec(exports as unknown as CodecExports),
    values: exports as unknown as ValueExports,
    counters: new Uint32Array(memory, COUNTERS, counters),
    steps: new Uint32Array(memory, STEPS, 1),
  };
}
