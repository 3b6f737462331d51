// Where Deno's own event loop waits: the descriptor of its epoll set, which is readable when Deno has something to do (epoll(7), "nested").

import type { Libc } from "./libc.ts";

const FIRST = 3;
/** It is opened before anything else is. */
const LAST = 32;
const EPOLL = "anon_inode:[eventpoll]";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** undefined where it is not found: `/proc` is not mounted, say. */
export function findDenoEvents({ calls }: Libc): number | undefined {
  const target = new Uint8Array(64);
  for (let descriptor = FIRST; descriptor < LAST; descriptor++) {
    const path = encoder.encode(`/proc/self/fd/${descriptor}\0`);
    const length = calls.readlink(path, target, BigInt(target.length));
    if (length > 0 && decoder.decode(target.subarray(0, length)) === EPOLL) return descriptor;
  }
  return undefined;
}
