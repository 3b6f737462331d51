// Addresses as text: IPv6 wears brackets as soon as a port follows (RFC 3986 section 3.2.2).

export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4 address as a dual-stack socket shows it (RFC 4291 section 2.5.5.2), made plain again. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
