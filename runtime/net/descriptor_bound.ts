// How far one has to look to have seen all descriptors of this process.

import type { Libc } from "./libc.ts";

const READ_ONLY = 0;
const PAGE = 4_096;
/** Where nobody tells. */
const MANY = 2 ** 20;
const STATUS = new TextEncoder().encode("/proc/self/status\0");
const decoder = new TextDecoder();

/**
 * A number that no descriptor reaches. However many are closed, the last one may be open: a gap says nothing. The kernel tells how many its table has room for
 * (`FDSize`, proc_pid_status(5)), twice those that have ever been open at a time at most.
 */
export function descriptorBound({ calls }: Libc): number {
  const status = calls.open(STATUS, READ_ONLY);
  if (status < 0) return MANY;
  const text = new Uint8Array(PAGE);
  const length = calls.read(status, text, BigInt(PAGE));
  calls.close(status);
  const found = /^FDSize:\s*(\d+)$/m.exec(decoder.decode(text.subarray(0, Math.max(length, 0))));
  return found === null ? MANY : Number(found[1]);
}
