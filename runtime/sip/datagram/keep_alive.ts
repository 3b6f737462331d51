// Nothing but line breaks or zeros, as phones send them to keep a NAT open (RFC 5626 section 3.5).

const LIMIT = 64;
const CR = 13;
const LF = 10;

/** Whether the `length` bytes from `start` on are a keep-alive. */
export function isKeepAlive(
  bytes: Uint8Array,
  { start, length }: { start: number; length: number },
): boolean {
  if (length > LIMIT) return false;
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at];
    if (byte !== CR && byte !== LF && byte !== 0) return false;
  }
  return true;
}
