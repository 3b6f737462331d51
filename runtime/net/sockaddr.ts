// Socket addresses as the kernel has them, in 32-bit words, to and from text.
//
//            word 0               1         2        3        4        5        6
//   IPv4     family │ port        address
//   IPv6     family │ port        flow      address                             scope
//
// The port stands in network order in the upper half of word 0.

import { AF_INET, AF_INET6 } from "./libc.ts";

export type Family = typeof AF_INET | typeof AF_INET6;

/** Room for either. */
export const NAME_BYTES = 32;
export const NAME_WORDS = 8;

/** `::ffff:0:0/96` (RFC 4291 section 2.5.5.2): the third word of a mapped address, as it lies in memory. */
const MAPPED = 0xffff0000;
const GROUPS = 8;

/**
 * The words of an address without its port, for a socket of this family; IPv4 is mapped for one of IPv6. undefined when the text is
 * no such address.
 */
export function nameOf(host: string, family: Family): Uint32Array<ArrayBuffer> | undefined {
  const name = new Uint32Array(NAME_WORDS);
  const bytes = new Uint8Array(name.buffer);
  name[0] = family;
  const isIpv6 = host.includes(":");
  if (family === AF_INET) return !isIpv6 && readIpv4(host, bytes, 4) ? name : undefined;
  if (isIpv6) return readIpv6(host, bytes, 8) ? name : undefined;
  name[4] = MAPPED;
  return readIpv4(host, bytes, 20) ? name : undefined;
}

/** Word 0 with this port. */
export function withPort(family: number, port: number): number {
  return (family | (port & 0xff) << 24 | (port & 0xff00) << 8) >>> 0;
}

export function portOf(word: number): number {
  return (word >>> 24) | (word >>> 8 & 0xff00);
}

/** The address of the name that begins at word `at`, as text (RFC 5952), a mapped one as plain IPv4. */
export function hostOf(words: Uint32Array, at: number): string {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + at * 4, NAME_BYTES);
  if ((words[at]! & 0xffff) === AF_INET) return ipv4Text(bytes, 4);
  if (words[at + 2] === 0 && words[at + 3] === 0 && words[at + 4] === MAPPED) return ipv4Text(bytes, 20);
  return ipv6Text(bytes, 8);
}

function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The longest run of two or more groups of zero is left out, the first of equal ones. */
function ipv6Text(bytes: Uint8Array, at: number): string {
  let longest = 1;
  let start = GROUPS;
  const groups: string[] = [];
  for (let group = 0, run = 0; group < GROUPS; group++) {
    const value = bytes[at + 2 * group]! << 8 | bytes[at + 2 * group + 1]!;
    groups.push(value.toString(16));
    run = value === 0 ? run + 1 : 0;
    if (run <= longest) continue;
    longest = run;
    start = group - run + 1;
  }
  if (start === GROUPS) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + longest).join(":")}`;
}

function readIpv4(text: string, bytes: Uint8Array, at: number): boolean {
  const parts = text.split(".");
  if (parts.length !== 4) return false;
  return parts.every((part, index) => {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return false;
    bytes[at + index] = Number(part);
    return true;
  });
}

function readIpv6(text: string, bytes: Uint8Array, at: number): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const head = groupsOf(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return false;
  const given = head.length + tail.length;
  if (halves.length === 2 ? given > GROUPS - 1 : given !== GROUPS) return false;
  const groups = [...head, ...Array<number>(GROUPS - given).fill(0), ...tail];
  groups.forEach((group, index) => {
    bytes[at + 2 * index] = group >>> 8;
    bytes[at + 2 * index + 1] = group & 0xff;
  });
  return true;
}

/** The groups of a stretch without `::`; an IPv4 address may be the last two of the whole. */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const ipv4 = new Uint8Array(4);
    if (!isLast || index !== parts.length - 1 || !readIpv4(part, ipv4, 0)) return undefined;
    groups.push(ipv4[0]! << 8 | ipv4[1]!, ipv4[2]! << 8 | ipv4[3]!);
  }
  return groups;
}
