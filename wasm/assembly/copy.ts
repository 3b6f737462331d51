// Copying of short runs: whole steps of 16 bytes, so both sides need 16 bytes of room behind the run.

/** Copies and answers the address behind the copy. */
export function copyRun(to: u32, from: u32, length: u32): u32 {
  const end = to + length;
  if (length > 512) {
    memory.copy(to, from, length);
    return end;
  }
  while (to < end) {
    if (ASC_FEATURE_SIMD) {
      v128.store(to, v128.load(from));
    } else {
      store<u64>(to, load<u64>(from));
      store<u64>(to, load<u64>(from, 8), 8);
    }
    to += 16;
    from += 16;
  }
  return end;
}

/** Writes a number in decimal digits. Address behind them. */
export function copyDecimal(to: u32, number: u32): u32 {
  let digits: u32 = 1;
  for (let rest = number / 10; rest != 0; rest /= 10) digits++;
  const end = to + digits;
  let at = end;
  do {
    at--;
    store<u8>(at, 0x30 + number % 10);
    number /= 10;
  } while (at > to);
  return end;
}

/** Writes 64 NUL bytes. */
export function clear64(at: u32): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(at, i64x2(0, 0));
    v128.store(at, i64x2(0, 0), 16);
    v128.store(at, i64x2(0, 0), 32);
    v128.store(at, i64x2(0, 0), 48);
  } else {
    store<u64>(at, 0);
    store<u64>(at, 0, 8);
    store<u64>(at, 0, 16);
    store<u64>(at, 0, 24);
    store<u64>(at, 0, 32);
    store<u64>(at, 0, 40);
    store<u64>(at, 0, 48);
    store<u64>(at, 0, 56);
  }
}

/** Writes NUL bytes, a multiple of 16. */
export function clearRun(at: u32, length: u32): void {
  const end = at + length;
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      v128.store(at, i64x2(0, 0));
    } else {
      store<u64>(at, 0);
      store<u64>(at, 0, 8);
    }
    at += 16;
  }
}

/** Whether two runs, behind which 8 bytes are readable, hold the same. */
export function isSame(left: u32, right: u32, length: u32): bool {
  if (length == 0) return true;
  for (; length > 8; length -= 8) {
    if (load<u64>(left) != load<u64>(right)) return false;
    left += 8;
    right += 8;
  }
  return ((load<u64>(left) ^ load<u64>(right)) << ((64 - (length << 3)) as u64)) == 0;
}
