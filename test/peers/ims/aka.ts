// AKA for SIP (RFC 3310, 3GPP TS 33.102): the challenges that a home network has in store, and the card that answers them.

import { createHash } from "node:crypto";
import { milenage, type Subscriber, xor } from "./milenage.ts";

const AMF = Uint8Array.of(0x80, 0);
/** Sequence numbers of successive challenges lie so far apart: TS 33.102 annex C keeps five bits for other uses. */
const SQN_STEP = 32;

/** What an HSS hands to an S-CSCF for one challenge, in hexadecimal. */
export interface Vector {
  readonly rand: string;
  readonly autn: string;
  readonly xres: string;
  readonly ck: string;
  readonly ik: string;
  /** 12 digits. */
  readonly sqn: string;
  /** Conceals the card's own sequence number when it asks for resynchronisation, 12 digits. */
  readonly akStar: string;
}

/** The nth challenge of a subscriber, from 0: always the same one. `name` makes RAND differ between subscribers. */
export function vector(subscriber: Subscriber, name: string, nth: number): Vector {
  const rand = digest("sha256", `${name} ${nth}`).subarray(0, 16);
  const sqn = sqnBytes(SQN_STEP * (nth + 1));
  const { macA, res, ck, ik, ak, akStar } = milenage({ ...subscriber, rand, sqn, amf: AMF });
  const autn = Uint8Array.of(...xor(sqn, ak), ...AMF, ...macA);
  const [randHex, autnHex, xres, ckHex, ikHex] = [rand, autn, res, ck, ik].map((bytes) => bytes.toHex());
  return {
    rand: randHex!,
    autn: autnHex!,
    xres: xres!,
    ck: ckHex!,
    ik: ikHex!,
    sqn: sqn.toHex(),
    akStar: akStar.toHex(),
  };
}

export type CardAnswer =
  | { readonly kind: "answer"; readonly res: Uint8Array; readonly ck: Uint8Array; readonly ik: Uint8Array }
  /** The network proved itself, but with a sequence number of the past: AUTS, 14 bytes. */
  | { readonly kind: "resynchronise"; readonly auts: Uint8Array }
  | { readonly kind: "impostor" };

/** A SIM card: remembers the highest sequence number it has accepted. */
export class Card {
  readonly #subscriber: Subscriber;
  #sqn: number;

  constructor(subscriber: Subscriber, sqn = 0) {
    this.#subscriber = subscriber;
    this.#sqn = sqn;
  }

  /** Takes RAND and AUTN, 32 bytes, as they come in a nonce. */
  answer(nonce: Uint8Array): CardAnswer {
    const rand = nonce.subarray(0, 16);
    const amf = nonce.subarray(22, 24);
    const { ak } = milenage({ ...this.#subscriber, rand, sqn: new Uint8Array(6), amf });
    const sqn = xor(nonce.slice(16, 22), ak);
    const { macA, res, ck, ik } = milenage({ ...this.#subscriber, rand, sqn, amf });
    if (macA.toHex() !== nonce.subarray(24, 32).toHex()) return { kind: "impostor" };
    const number = parseInt(sqn.toHex(), 16);
    if (number <= this.#sqn) return { kind: "resynchronise", auts: this.#auts(rand) };
    this.#sqn = number;
    return { kind: "answer", res, ck, ik };
  }

  #auts(rand: Uint8Array): Uint8Array {
    const sqn = sqnBytes(this.#sqn);
    // TS 33.102 section 6.3.3: AMF counts as zero here.
    const { macS, akStar } = milenage({ ...this.#subscriber, rand, sqn, amf: new Uint8Array(2) });
    return Uint8Array.of(...xor(sqn, akStar), ...macS);
  }
}

function sqnBytes(sqn: number): Uint8Array {
  return Uint8Array.fromHex(sqn.toString(16).padStart(12, "0"));
}

export interface DigestInput {
  readonly username: string;
  readonly realm: string;
  /** The password: RES for AKAv1-MD5, nothing with AUTS (RFC 3310 section 3.4). */
  readonly password: Uint8Array;
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  readonly nc: string;
  readonly cnonce: string;
}

/** The response of RFC 2617 with qop=auth; MD5 and AKAv1-MD5 alike. */
export function digestResponse(input: DigestInput): string {
  const { username, realm, password, method, uri, nonce, nc, cnonce } = input;
  const secret = digest("md5", `${username}:${realm}:`, password).toHex();
  const covered = digest("md5", `${method}:${uri}`).toHex();
  return digest("md5", `${secret}:${nonce}:${nc}:${cnonce}:auth:${covered}`).toHex();
}

function digest(algorithm: string, ...parts: (string | Uint8Array)[]): Uint8Array {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
