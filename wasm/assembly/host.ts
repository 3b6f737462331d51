// Hosts of RFC 3261 25.1: hostname, IPv4address, IPv6reference (RFC 4291 2.2).

import { CLASS_HEX, CLASS_HOST, CLASS_IPV6, DOT, HYPHEN, isOf, NINE, skip, TWO_HUNDRED } from "./scan";

const HIGHEST: u32 = 0x323535; // "255", the first digit highest

/** Set by hostEnd. */
export let hostIsIp = false;

/** Address behind the host at `at`, or 0 when there is no valid one. */
export function hostEnd(at: u32): u32 {
  if (load<u8>(at) == 0x5b) {
    const end = skip(at + 1, CLASS_IPV6);
    hostIsIp = true;
    return load<u8>(end) == 0x5d && isIpv6(at + 1, end) ? end + 1 : 0;
  }
  const end = skip(at, CLASS_HOST);
  if (ASC_FEATURE_SIMD) {
    if (end - at - 1 < 32 && load<u8>(end - 1) != 0x2e) return isShortHost(at, end) ? end : 0;
  }
  hostIsIp = isIpv4(at, end);
  return hostIsIp || isHostname(at, end) ? end : 0;
}

/** isIpv4 and isHostname of at most 32 characters with no dot behind: bit n of a word stands for the nth. Sets hostIsIp. */
function isShortHost(at: u32, end: u32): bool {
  const left = v128.load(at);
  const right = v128.load(at, 16);
  const dot = v128.load(DOT);
  const hyphen = v128.load(HYPHEN);
  const length = end - at;
  const all: u32 = (0xffffffff as u32) >>> (32 - length);
  const dots = all & (i8x16.bitmask(i8x16.eq(left, dot)) | (i8x16.bitmask(i8x16.eq(right, dot)) << 16));
  const hyphens: u32 = i8x16.bitmask(i8x16.eq(left, hyphen)) |
    (i8x16.bitmask(i8x16.eq(right, hyphen)) << 16);
  const firsts = (dots << 1) | 1;
  const lasts = (dots >>> 1) | (all ^ (all >>> 1));
  hostIsIp = false;
  if (((dots & firsts) | (hyphens & all & (firsts | lasts))) != 0) return false;
  const top = at + 32 - clz(dots);
  if (load<u8>(top) > 0x39) return true;
  const digits = all & ~dots & ~hyphens & (i8x16.bitmask(i8x16.le_u(left, v128.load(NINE))) as u32);
  if (length > 15 || popcnt(dots) != 3 || (digits | dots) != all) return false;
  const threes = digits & (digits >>> 1) & (digits >>> 2); // where three begin
  if ((threes & (threes >>> 1)) != 0) return false;
  let large = threes & i8x16.bitmask(i8x16.ge_u(left, v128.load(TWO_HUNDRED)));
  while (large != 0) {
    const number = load<u32>(at + ctz(large));
    if (((number & 0xff) << 16 | (number & 0xff00) | ((number >>> 16) & 0xff)) > HIGHEST) return false;
    large &= large - 1;
  }
  hostIsIp = true;
  return true;
}

/** Labels neither empty nor with a hyphen at an end; the last one begins with a letter; one dot may follow it. */
function isHostname(at: u32, end: u32): bool {
  if (end > at && load<u8>(end - 1) == 0x2e) end--;
  if (end == at || end - at > 255) return false;
  let label = at;
  for (let i = at; i <= end; i++) {
    if (i < end && load<u8>(i) != 0x2e) continue;
    if (i == label || load<u8>(label) == 0x2d || load<u8>(i - 1) == 0x2d) return false;
    if (i == end) return load<u8>(label) > 0x39;
    label = i + 1;
  }
  return false;
}

function isIpv4(at: u32, end: u32): bool {
  if (end - at < 7 || end - at > 15 || load<u8>(at) > 0x39) return false;
  let number: u32 = 0;
  let digits = 0;
  let dots = 0;
  for (; at < end; at++) {
    const digit: u32 = (load<u8>(at) as u32) - 0x30;
    if (digit < 10) {
      number = number * 10 + digit;
      digits++;
      if (digits > 3 || number > 255) return false;
    } else {
      if (digits == 0 || digit != ((0x2e - 0x30) as u32)) return false;
      dots++;
      number = 0;
      digits = 0;
    }
  }
  return dots == 3 && digits != 0;
}

function isIpv6(at: u32, end: u32): bool {
  let groups = 0;
  let gap = false;
  if (end - at < 2) return false;
  if (load<u8>(at) == 0x3a && load<u8>(at, 1) != 0x3a) return false;
  while (at < end) {
    if (load<u8>(at) == 0x3a) {
      // "::" here, or the one that the first group's own colon belongs to.
      if (at + 1 >= end || load<u8>(at, 1) != 0x3a || gap) return false;
      gap = true;
      at += 2;
      // RFC 5118 4.10: a third colon before an IPv4 address, which the grammar of RFC 3261 has by mistake.
      if (load<u8>(at) == 0x3a && isIpv4(at + 1, end)) at++;
      continue;
    }
    let digits: u32 = 0;
    while (at + digits < end && isOf(load<u8>(at + digits), CLASS_HEX)) digits++;
    if (at + digits < end && load<u8>(at + digits) == 0x2e) {
      if (!isIpv4(at, end)) return false;
      groups += 2;
      at = end;
      break;
    }
    if (digits == 0 || digits > 4) return false;
    groups++;
    at += digits;
    if (at == end) break;
    if (load<u8>(at) != 0x3a) return false;
    if (at + 1 == end) return false;
    if (load<u8>(at, 1) != 0x3a) at++;
  }
  return gap ? groups < 8 : groups == 8;
}
