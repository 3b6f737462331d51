// Where Deno's own event loop waits: the descriptor of its epoll set, which is readable when Deno has something to do (epoll(7), "nested").

import type { Libc } from "./libc.ts";

const FIRST = 3;
/** It is opened before anything else is. */
const LAST = 32;
const EPOLL = "anon_inode:[eventpoll]";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** undefined where it is not found: `/proc` is not mounted, say, or this is not the first thread, whose set alone is known. */
export function findDenoEvents(library: Libc): number | undefined {
  const [process, thread] = readLink(library, "/proc/thread-self").split("/task/");
  if (process === "" || process !== thread) return undefined;
  for (let descriptor = FIRST; descriptor < LAST; descriptor++) {
    if (readLink(library, `/proc/self/fd/${descriptor}`) === EPOLL) return descriptor;
  }
  return undefined;
}

/** What a symbolic link says, "" = nothing. */
function readLink({ calls }: Libc, path: string): string {
  const target = new Uint8Array(64);
  const length = calls.readlink(encoder.encode(`${path}\0`), target, BigInt(target.length));
  return length > 0 ? decoder.decode(target.subarray(0, length)) : "";
}
