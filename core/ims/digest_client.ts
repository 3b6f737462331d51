// The client's half of digest authentication: answers to challenges, and answers with a nonce that was good before (RFC 7616 sections 3.4 and 3.6,
// RFC 3310 section 3.3).

import type { Random } from "../context.ts";
import type { BlockCipher, Hash } from "../hash.ts";
import { answerAka } from "./aka.ts";
import { type Challenge, nextNonce } from "./challenge.ts";
import type { ImsIdentity } from "./identity.ts";
import type { Sequence } from "./sequence.ts";

/** What an identity has of one server: the challenge that it answers now, and how often it has. Plain data. */
export interface DigestSession {
  challenge: Challenge | undefined;
  /** The password for this challenge: of AKA it is RES, which only this nonce's RAND gives. */
  password: string | Uint8Array;
  /** AKA is out of step: goes out instead of a proof. "" = it is not. */
  auts: string;
  /** Uses of the nonce. */
  count: number;
}

/** What an answer covers. */
export interface Covered {
  readonly method: string;
  readonly uri: string;
  readonly body?: Uint8Array | undefined;
}

export interface DigestTools {
  readonly hash: Hash;
  readonly cipher: BlockCipher;
  readonly random: Random;
}

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();

export function newDigestSession(): DigestSession {
  return { challenge: undefined, password: "", auts: "", count: 0 };
}

/**
 * Takes a challenge up: from now on answers are to it. False: it is not to be answered, for who made it does not know the subscriber's key, or its nonce is
 * none of AKA's.
 */
export function takeChallenge(
  session: DigestSession,
  { challenge, identity, sequence, cipher }: {
    challenge: Challenge;
    identity: ImsIdentity;
    sequence: Sequence;
    cipher: BlockCipher;
  },
): boolean {
  const { secret } = identity;
  let password: string | Uint8Array = NOTHING;
  let auts = "";
  if (secret.type === "aka") {
    const outcome = answerAka(cipher, { key: secret.key, sequence, nonce: challenge.nonce });
    if (outcome.type === "res") password = outcome.res;
    else if (outcome.type === "resynchronise") auts = outcome.auts;
    else return false;
  } else password = secret.password;
  session.challenge = challenge;
  session.password = password;
  session.auts = auts;
  session.count = 0;
  return true;
}

/** Takes up what the 200 in the window says of the next answer. A nonce of AKA is a challenge of its own, and only a 401 brings it. */
export function takeNextNonce(session: DigestSession, identity: ImsIdentity): void {
  const nonce = nextNonce();
  if (nonce === "" || session.challenge === undefined || identity.secret.type === "aka") return;
  session.challenge = { ...session.challenge, nonce, isStale: false };
  session.count = 0;
}

/** A whole header line that proves the identity to whom challenged it last. "" before any challenge. */
export function authorization(
  session: DigestSession,
  { identity, covered, tools }: { identity: ImsIdentity; covered: Covered; tools: DigestTools },
): string {
  const { challenge, auts } = session;
  if (challenge === undefined) return "";
  const { hash, random } = tools;
  const { algorithm, algorithmName, nonce, opaque, qop, realm } = challenge;
  const count = (++session.count).toString(16).padStart(8, "0");
  const cnonce = random.token();
  const user = bytesOf(`${identity.privateId}:${realm}:`, session.password);
  const secret = hash(algorithm, user);
  const { method, uri, body = NOTHING } = covered;
  const entity = qop === "auth-int" ? `:${hash(algorithm, body)}` : "";
  const what = hash(algorithm, `${method}:${uri}${entity}`);
  const proof = qop === "" ? `${nonce}` : `${nonce}:${count}:${cnonce}:${qop}`;
  const response = hash(algorithm, `${secret}:${proof}:${what}`);
  return [
    `${challenge.isProxy ? "Proxy-Authorization" : "Authorization"}: Digest ` +
    `username="${quotable(identity.privateId)}"`,
    `realm="${quotable(realm)}"`,
    `nonce="${quotable(nonce)}"`,
    `uri="${quotable(uri)}"`,
    `response="${response}"`,
    ...(algorithmName === "" ? [] : [`algorithm=${algorithmName}`]),
    ...(opaque === undefined ? [] : [`opaque="${quotable(opaque)}"`]),
    ...(qop === "" ? [] : [`qop=${qop}`, `cnonce="${cnonce}"`, `nc=${count}`]),
    ...(auts === "" ? [] : [`auts="${auts}"`]),
  ].join(", ");
}

/** What a REGISTER says before it was challenged, so that the home network knows whom it is about (3GPP TS 24.229 section 5.1.1.2). */
export function unproven(identity: ImsIdentity, uri: string): string {
  const { privateId, realm } = identity;
  return `Authorization: Digest username="${quotable(privateId)}", realm="${quotable(realm)}", nonce="", ` +
    `uri="${quotable(uri)}", response=""`;
}

function bytesOf(text: string, tail: string | Uint8Array): Uint8Array {
  const end = typeof tail === "string" ? encoder.encode(tail) : tail;
  const start = encoder.encode(text);
  const bytes = new Uint8Array(start.length + end.length);
  bytes.set(start);
  bytes.set(end, start.length);
  return bytes;
}

/** As it stands between quotes; control characters never pass the readers. */
function quotable(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}
