// What of a Contact's URI may stand in a Request-URI: RFC 3261 sections 19.1.1 and 19.1.5.

/**
 * The URI without its header part, which would otherwise be the peer's way of putting header fields into requests of ours. A user
 * part may hold "?" as it is.
 */
export function requestUriOf(address: string): string {
  const headers = address.indexOf("?", address.lastIndexOf("@") + 1);
  return headers < 0 ? address : address.slice(0, headers);
}

/** Whether a URI that can be read is a sips one. */
export function isSips(address: string): boolean {
  return address.startsWith("sips:") || (address[4] === ":" && address.slice(0, 4).toLowerCase() === "sips");
}
