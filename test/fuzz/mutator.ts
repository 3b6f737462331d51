// What becomes of a message of the corpus: one change or some, by byte, by token and by grammar.

import { BYTE_MUTATIONS, type Mutation } from "./byte_mutations.ts";
import type { Chance } from "./chance.ts";
import { JSON_WORDS, SIP_WORDS } from "./dictionary.ts";
import { Draft } from "./draft.ts";
import { JSON_MUTATIONS } from "./json_mutations.ts";
import { SIP_MUTATIONS } from "./sip_mutations.ts";
import { tokenMutations } from "./token_mutations.ts";

export type Dialect = "sip" | "json";

const KINDS: Readonly<Record<Dialect, readonly (readonly Mutation[])[]>> = {
  sip: [BYTE_MUTATIONS, tokenMutations(SIP_WORDS), SIP_MUTATIONS],
  json: [BYTE_MUTATIONS, tokenMutations(JSON_WORDS), JSON_MUTATIONS],
};
/** By byte, by token, by grammar: the more a change knows, the likelier is what comes of it to be taken. */
const KIND = [0, 1, 1, 2, 2, 2];
const BRACE = 0x7b;

export class Mutator {
  readonly #draft = new Draft();
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** A changed message: a view, valid until the next call. */
  mutate(message: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
    const draft = this.#draft;
    const chance = this.#chance;
    draft.load(message);
    const kinds = KINDS[dialectOf(message)];
    do chance.pick(kinds[KIND[chance.below(KIND.length)]!]!)(draft, chance, other); while (chance.oneIn(3));
    return draft.view();
  }
}

/** A message that begins like an object, whatever stands before its brace, is ROAP's. */
function dialectOf(message: Uint8Array): Dialect {
  const brace = message.subarray(0, 16).indexOf(BRACE);
  return brace >= 0 ? "json" : "sip";
}
