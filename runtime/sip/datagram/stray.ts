// Datagrams that are no messages, told by a look: nobody reads them.

const KEEP_ALIVE_LIMIT = 64;
const CR = 13;
const LF = 10;
const SPACE = 32;
const LAST_ASCII = 126;

/**
 * Nothing at all, nothing but line breaks or zeros, as phones send them to keep a NAT open (RFC 5626 section 3.5), or what begins as no text
 * does: STUN, RTP, DTLS, noise. A request begins with a token, a response with `SIP` (RFC 3261 section 25.1).
 */
export function isStray(bytes: Uint8Array, { start, length }: { start: number; length: number }): boolean {
  if (length === 0) return true;
  const first = bytes[start]!;
  if (first > SPACE && first <= LAST_ASCII) return false;
  if (first !== CR && first !== LF && first !== 0) return true;
  if (length > KEEP_ALIVE_LIMIT) return false;
  for (let at = start; at < start + length; at++) {
    const byte = bytes[at];
    if (byte !== CR && byte !== LF && byte !== 0) return false;
  }
  return true;
}
