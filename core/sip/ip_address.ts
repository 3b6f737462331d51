// IP addresses as text: brackets in URIs and Via (RFC 3261 section 25.1), and one form for all that mean the same (RFC 5954 section 4.2, RFC 5952).

/** Host as it stands before a port. */
export function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** A host without brackets, so that the forms of one IPv6 address are one text. Anything else stays what it is. */
export function canonicalHost(host: string): string {
  if (!host.includes(":") || !/^[\da-f:.]+$/i.test(host)) return host;
  const address = URL.parse(`http://[${host}]`)?.hostname ?? "";
  return address === "" ? host : address.slice(1, -1);
}
