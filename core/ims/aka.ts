// AKAv1-MD5: what a subscriber's key answers to the nonce of a challenge (RFC 3310 section 3, 3GPP TS 33.102 section 6.3).
//
//   nonce = base64(RAND ‖ AUTN ‖ …)    AUTN = SQN ⊕ AK ‖ AMF ‖ MAC-A
//   auts  = base64(SQN_MS ⊕ AK* ‖ MAC-S)

import { readAkaNonce } from "../../wasm/headers/aka.ts";
import type { BlockCipher } from "../hash.ts";
import { answerOf, macOf, type SubscriberKey, xor } from "./milenage.ts";
import { highestSqn, type Sequence, takeSequence } from "./sequence.ts";

/**
 * res: the password of the digest. resynchronise: the number of the challenge is no new one, `auts` says which was the last. false: whoever made the
 * challenge does not know the key. malformed: no nonce of AKA.
 */
export type AkaOutcome =
  | { readonly type: "res"; readonly res: Uint8Array }
  | { readonly type: "resynchronise"; readonly auts: string }
  | { readonly type: "false" | "malformed" };

/** TS 33.102 section 6.3.3: MAC-S is made with an AMF of zeros. */
const NO_AMF = new Uint8Array(2);

export function answerAka(
  cipher: BlockCipher,
  { key, sequence, nonce }: { key: SubscriberKey; sequence: Sequence; nonce: string },
): AkaOutcome {
  const parts = readAkaNonce(nonce);
  if (parts === undefined) return { type: "malformed" };
  const { rand, autn } = parts;
  const { res, ak, akStar } = answerOf(cipher, key, rand);
  const sqn = xor(autn.slice(0, 6), ak);
  const { a } = macOf(cipher, key, { rand, sqn, amf: autn.slice(6, 8) });
  if (!equalBytes(a, autn.slice(8))) return { type: "false" };
  if (takeSequence(sequence, sqn)) return { type: "res", res };
  const last = highestSqn(sequence);
  const { s } = macOf(cipher, key, { rand, sqn: last, amf: NO_AMF });
  const auts = [...xor(last, akStar), ...s];
  return { type: "resynchronise", auts: btoa(String.fromCharCode(...auts)) };
}

/** In a time that tells nothing of where they differ. */
function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) difference |= left[at]! ^ right[at]!;
  return difference === 0;
}
