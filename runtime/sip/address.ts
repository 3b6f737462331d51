// Addresses as text: IPv6 wears brackets as soon as a port follows (RFC 3986 section 3.2.2).

export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
