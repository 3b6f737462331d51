// Character classes and the scans over them, 16 bytes a step or one.
//
// A class is 16 bytes: byte n has bit h set when the character h << 4 | n belongs to it. So one load and two swizzles classify 16
// characters, and bytes from 0x80 belong to no class. No class holds CR or NUL: a scan ends at the line's end at the latest.

import { TABLES } from "./layout";

export const CLASS_TOKEN: u32 = TABLES; // RFC 3261 25.1 token
export const CLASS_DIGIT: u32 = TABLES + 16;
export const CLASS_HOST: u32 = TABLES + 32; // hostname and IPv4address
export const CLASS_SENT_BY: u32 = TABLES + 48; // hostname, and the underscore that the field uses
export const CLASS_IPV6: u32 = TABLES + 64;
export const CLASS_SCHEME: u32 = TABLES + 80;
export const CLASS_URI: u32 = TABLES + 96; // every character of a URI but "%"
export const CLASS_ADDR_SPEC: u32 = TABLES + 112; // the same without , ; ? which end a URI outside <>
export const CLASS_USER: u32 = TABLES + 128; // user part without escapes
export const CLASS_PASSWORD: u32 = TABLES + 144;
export const CLASS_URI_PARAM: u32 = TABLES + 160; // paramchar without escapes
export const CLASS_URI_HEADER: u32 = TABLES + 176; // hnv-unreserved and unreserved
export const CLASS_WORD: u32 = TABLES + 192; // RFC 3261 25.1 word
export const CLASS_VALUE: u32 = TABLES + 208; // token or host
export const CLASS_HEX: u32 = TABLES + 224;
export const CLASS_PHONE: u32 = TABLES + 240; // phonedigit of RFC 3966
export const CLASS_LOCAL_PHONE: u32 = TABLES + 256; // phonedigit-hex of RFC 3966
const CLASSES_END: u32 = TABLES + 272;

// Constants of the scans. A load is one instruction; the engine builds a literal anew, in three, wherever it is used.
export const BITS: u32 = TABLES + 272; // 1 << n in byte n, 0 from byte 8 on
export const NIBBLE: u32 = TABLES + 288; // 16 times 0x0f
export const LAST_CONTROL: u32 = TABLES + 304; // 16 times 0x1f
export const DELETE: u32 = TABLES + 320; // 16 times 0x7f
export const CASE: u32 = TABLES + 336; // 16 times 0x20
export const ONE: u32 = TABLES + 352; // 16 times 0x01
export const SPACE_UP: u32 = TABLES + 368; // 16 times 0x21
export const COLON: u32 = TABLES + 384; // 16 times ":"
const QUOTE: u32 = TABLES + 400; // 16 times a quote
export const BACKSLASHES: u32 = TABLES + 416; // 16 times a backslash
export const TWO: u32 = TABLES + 432; // 16 times 0x02
export const DOT: u32 = TABLES + 448; // 16 times "."
export const HYPHEN: u32 = TABLES + 464; // 16 times "-"
export const NINE: u32 = TABLES + 480; // 16 times "9"
export const TWO_HUNDRED: u32 = TABLES + 496; // 16 times "2"

defineClasses();
defineConstants();

/** Address of the first byte that is not of the class. */
export function skip(at: u32, characters: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const low = v128.load(characters);
    const high = v128.load(BITS);
    const nibble = v128.load(NIBBLE);
    const none = i64x2(0, 0);
    while (true) {
      const bytes = v128.load(at);
      // Indices are below 16, where the relaxed swizzle is as exact as the other and takes one instruction.
      const members = v128.and(
        i8x16.relaxed_swizzle(low, v128.and(bytes, nibble)),
        i8x16.relaxed_swizzle(high, v128.and(i16x8.shr_u(bytes, 4), nibble)),
      );
      const others = i8x16.bitmask(i8x16.eq(members, none));
      if (others != 0) return at + ctz(others);
      at += 16;
    }
  }
  while (isOf(load<u8>(at), characters)) at++;
  return at;
}

export function isOf(character: u32, characters: u32): bool {
  return (((load<u8>(characters + (character & 15)) as u32) >> (character >> 4)) & 1) != 0;
}

/** Address of the first byte that is neither SP nor HTAB. */
export function skipSpace(at: u32): u32 {
  while (true) {
    const character = load<u8>(at);
    if (character > 0x20 || (character != 0x20 && character != 0x09)) return at;
    at++;
  }
}

/** `at` is behind an opening quote. Address behind the closing one, or 0 when there is none before the line ends. */
export function skipQuoted(at: u32): u32 {
  while (true) {
    if (ASC_FEATURE_SIMD) {
      const bytes = v128.load(at);
      const stops = i8x16.bitmask(v128.or(
        i8x16.le_u(bytes, v128.load(LAST_CONTROL)),
        v128.or(i8x16.eq(bytes, v128.load(QUOTE)), i8x16.eq(bytes, v128.load(BACKSLASHES))),
      ));
      if (stops == 0) {
        at += 16;
        continue;
      }
      at += ctz(stops);
    }
    const character = load<u8>(at);
    if (character == 0x22) return at + 1;
    if (character == 0x0d || character == 0) return 0;
    if (character == 0x5c) {
      const escaped = load<u8>(at + 1);
      if (escaped == 0x0d || escaped >= 0x80) return 0;
      at++;
    }
    at++;
  }
}

/** URI characters and whole escapes. Address of the first byte that is neither. */
export function skipEscaped(at: u32, characters: u32): u32 {
  while (true) {
    at = skip(at, characters);
    if (load<u8>(at) != 0x25 || !isOf(load<u8>(at + 1), CLASS_HEX) || !isOf(load<u8>(at + 2), CLASS_HEX)) {
      return at;
    }
    at += 3;
  }
}

/** Whether the 1 to 8 bytes are the letters of a word, whatever their case; `word` holds them in lower case, the first one lowest. */
export function isWord(at: u32, length: u32, word: u64): bool {
  return ((load<u64>(at) | 0x2020202020202020) & (~(0 as u64) >> ((64 - (length << 3)) as u64))) == word;
}

// Of eight bytes at once.
const ZEROS: u64 = 0x3030303030303030;
const NINES_UP: u64 = 0x7676767676767676; // takes all but 0 to 9 to the highest bit
const HIGH_BITS: u64 = 0x8080808080808080;

/** The decimal number of 1 to 7 digits that eight bytes begin with, `number << 3 | digits`. 0 = there is none, or a longer one. */
export function shortDecimal(bytes: u64): u32 {
  const digits = bytes ^ ZEROS;
  const others = (digits | (digits + NINES_UP)) & HIGH_BITS;
  const first = ctz(others); // 8 times the digits, and 7
  if (first - 8 >= 56) return 0;
  // Two digits together, then four, then all; before them zeros.
  let number = digits << (71 - first);
  number = number * 10 + (number >>> 8);
  number = ((number & 0x00ff00ff00ff00ff) * 0x640001) >>> 16; // 100, and 1 two bytes up
  number = ((number & 0x0000ffff0000ffff) * 0x271000000001) >>> 32; // 10,000, and 1 four bytes up
  return ((number as u32) << 3) | ((first >>> 3) as u32);
}

/** Set by decimal: the address behind the digits. */
export let decimalEnd: u32 = 0;

/** The decimal number whose digits begin at `at`; -1 when it is over the limit or there is no digit. */
export function decimal(at: u32, limit: u64): i64 {
  const start = at;
  let number: u64 = 0;
  let digit: u32 = (load<u8>(at) as u32) - 0x30;
  while (digit < 10) {
    number = number * 10 + digit;
    if (number > limit) number = limit + 1;
    at++;
    digit = (load<u8>(at) as u32) - 0x30;
  }
  decimalEnd = at;
  return at == start || number > limit ? -1 : number as i64;
}

/** First byte of [at, end) that is not part of well-formed UTF-8 (RFC 3629), or `end`. */
export function skipUtf8(at: u32, end: u32): u32 {
  while (at < end) {
    const lead: u32 = load<u8>(at);
    if (lead < 0x80) {
      at++;
      continue;
    }
    let more: u32 = 1;
    let lowest: u32 = 0x80;
    let highest: u32 = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) more = 1;
    else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) lowest = 0xa0;
      if (lead == 0xed) highest = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) lowest = 0x90;
      if (lead == 0xf4) highest = 0x8f;
    } else return at;
    if (end - at <= more) return at;
    for (let i: u32 = 1; i <= more; i++) {
      const next: u32 = load<u8>(at + i);
      if (next < lowest || next > highest) return at;
      lowest = 0x80;
      highest = 0xbf;
    }
    at += more + 1;
  }
  return end;
}

function add(characters: u32, members: string): void {
  for (let i = 0; i < members.length; i++) {
    const character = members.charCodeAt(i);
    const cell = characters + (character & 15);
    store<u8>(cell, load<u8>(cell) | ((1 as u8) << ((character >> 4) as u8)));
  }
}

function defineClasses(): void {
  for (let characters = CLASS_TOKEN; characters < CLASSES_END; characters += 16) {
    add(characters, "0123456789");
    if (characters == CLASS_DIGIT || characters == CLASS_PHONE) continue;
    add(characters, "abcdefABCDEF");
    if (characters == CLASS_HEX || characters == CLASS_IPV6 || characters == CLASS_LOCAL_PHONE) continue;
    add(characters, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ");
  }
  add(CLASS_TOKEN, "-.!%*_+`'~");
  add(CLASS_HOST, "-.");
  add(CLASS_SENT_BY, "-._");
  add(CLASS_IPV6, ":.");
  add(CLASS_SCHEME, "+-.");
  add(CLASS_URI, "-_.!~*'();/?:@&=+$,[]");
  add(CLASS_ADDR_SPEC, "-_.!~*'()/:@&=+$[]");
  add(CLASS_USER, "-_.!~*'()&=+$,;?/");
  add(CLASS_PASSWORD, "-_.!~*'()&=+$,");
  add(CLASS_URI_PARAM, "-_.!~*'()[]/:&+$");
  add(CLASS_URI_HEADER, "-_.!~*'()[]/?:+$");
  add(CLASS_WORD, "-.!%*_+`'~()<>:\\\"/[]?{}");
  add(CLASS_VALUE, "-.!%*_+`'~[]:");
  add(CLASS_PHONE, "-.()");
  add(CLASS_LOCAL_PHONE, "*#-.()");
}

function defineConstants(): void {
  for (let i: u32 = 0; i < 8; i++) store<u8>(BITS + i, (1 as u8) << (i as u8));
  memory.fill(NIBBLE, 0x0f, 16);
  memory.fill(LAST_CONTROL, 0x1f, 16);
  memory.fill(DELETE, 0x7f, 16);
  memory.fill(CASE, 0x20, 16);
  memory.fill(ONE, 0x01, 16);
  memory.fill(SPACE_UP, 0x21, 16);
  memory.fill(COLON, 0x3a, 16);
  memory.fill(QUOTE, 0x22, 16);
  memory.fill(BACKSLASHES, 0x5c, 16);
  memory.fill(TWO, 0x02, 16);
  memory.fill(DOT, 0x2e, 16);
  memory.fill(HYPHEN, 0x2d, 16);
  memory.fill(NINE, 0x39, 16);
  memory.fill(TWO_HUNDRED, 0x32, 16);
}
