// Hashes of passwords (RFC 7914) as PHC writes them: $scrypt$ln=15,r=8,p=3$SALT$HASH, both in base64 without padding.

import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

export interface PasswordHash {
  /** Binary logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** 32 MiB and about a fifth of a second of one core. */
const COST = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Less would be guessed soon; more would keep the relay from its calls. */
const LEAST_MEMORY = 8 * 1024 * 1024;
const MOST_MEMORY = 128 * 1024 * 1024;
const MOST_WORK = 512 * 1024 * 1024;

const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z\d+/]{11,86})\$([A-Za-z\d+/]{22,86})$/;

/** Gives what is wrong as a text, to follow what it is about: `is no hash like …`. */
export function readPasswordHash(text: string): PasswordHash | string {
  const [, ln, r, p, salt, hash] = FORM.exec(text) ?? [];
  if (salt === undefined || hash === undefined) return "is no hash like $scrypt$ln=15,r=8,p=3$SALT$HASH";
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const memory = memoryOf(cost);
  if (memory < LEAST_MEMORY || cost.p < 1) return "has a cost too low to keep guessers away";
  if (memory > MOST_MEMORY || memory * cost.p > MOST_WORK) return "has a cost too high for the relay";
  return { ...cost, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

/** A new hash, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { ...COST, salt, length: HASH_BYTES });
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** Whether a password is the hash's. The work is a thread's of its own, the comparison takes the same time whatever it finds. */
export async function isPassword(password: string, known: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, { ...known, length: known.hash.length }), known.hash);
}

/** What nobody's password has, but which costs the same as `like`. */
export function decoy(like: Pick<PasswordHash, "ln" | "r" | "p"> = COST): PasswordHash {
  const { ln, r, p } = like;
  return { ln, r, p, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
}

function derive(
  password: string,
  { ln, r, p, salt, length }: { ln: number; r: number; p: number; salt: Uint8Array; length: number },
): Promise<Uint8Array> {
  // The same characters are the same password, however a keyboard puts them together (RFC 8265 section 4.2).
  const text = password.normalize("NFC");
  const options = { N: 2 ** ln, r, p, maxmem: memoryOf({ ln, r }) + 1024 * 1024 * p };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, length, options, (error, key) => error === null ? resolve(key) : reject(error));
  });
}

function memoryOf({ ln, r }: { ln: number; r: number }): number {
  return 128 * r * 2 ** ln;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
