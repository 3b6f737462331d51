// Reading ROAP: a code or spans inside the message, the same whatever lies behind it, and what JSON.parse and a plain reading of the tables say.

import { ENVELOPE_WORDS } from "../../../wasm/assembly/envelope_layout.ts";
import { ENVELOPE, ROAP } from "../../../wasm/assembly/layout.ts";
import {
  MEMBER_INFO,
  ROAP_FAULT_OFFSET,
  ROAP_MEMBERS,
  ROAP_WORDS,
} from "../../../wasm/assembly/roap_layout.ts";
import { faultText } from "../../../wasm/fault.ts";
import type { Build, Builds } from "../builds.ts";
import { agree, hold } from "../claim.ts";
import { compareRoap } from "./roap_plain.ts";
import { loadPoisoned, poisonIsWhole, type Target } from "./target.ts";

/** What a read clears behind the message. */
const CLEARED = 16;
/** Members whose word is a span: all but types, numbers and flags. */
export const SPANS = Array.from({ length: MEMBER_INFO }, (_, member) => member)
  .filter((member) => member > 0 && ![1, 4, 5, 6, 7, 8, 21, 24].includes(member));

export function roapTarget({ simd }: Builds): Target {
  const kept = new Uint32Array(ROAP_WORDS + ENVELOPE_WORDS);
  return {
    build: simd,
    seeds: ["json"],
    run(message) {
      const length = loadPoisoned(simd, message);
      if (length < 0) return false;
      const { roap } = simd.codec;
      const fault = roap.read(length);
      hold(
        fault === 0 || !faultText(fault).startsWith("Unknown fault"),
        "A fault has a text",
        () => `${fault}`,
      );
      hold(poisonIsWhole(simd, length, CLEARED), "A read writes only a little behind the message");
      checkSpans(simd, length);
      keepRoap(simd, kept);
      loadPoisoned(simd, message, 3);
      agree(roap.read(length), fault, "What lies behind the message does not matter");
      sameRoap(simd, kept, "What lies behind the message does not matter");
      compareRoap(simd, message, fault);
      return fault === 0;
    },
  };
}

function checkSpans({ codec }: Build, length: number): void {
  const record = ROAP >> 2;
  hold(codec.memory.words[record + ROAP_FAULT_OFFSET]! <= length, "A fault's offset lies in the message");
  for (const member of SPANS) {
    const span = codec.memory.words[record + ROAP_MEMBERS + member]!;
    hold((span >>> 16) + (span & 0xffff) <= length, "A span lies in the message");
  }
}

/** Keeps the record and the envelope. */
export function keepRoap({ codec }: Build, kept: Uint32Array): void {
  kept.set(codec.memory.words.subarray(ROAP >> 2, (ROAP >> 2) + ROAP_WORDS));
  kept.set(codec.memory.words.subarray(ENVELOPE >> 2, (ENVELOPE >> 2) + ENVELOPE_WORDS), ROAP_WORDS);
}

/** The record and the envelope are as they were kept. */
export function sameRoap({ codec }: Build, kept: Uint32Array, text: string): void {
  for (let i = 0; i < kept.length; i++) {
    const at = i < ROAP_WORDS ? (ROAP >> 2) + i : (ENVELOPE >> 2) + i - ROAP_WORDS;
    if (codec.memory.words[at] !== kept[i]) agree(`word ${i}: ${codec.memory.words[at]}`, `${kept[i]}`, text);
  }
}
