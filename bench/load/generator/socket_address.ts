// struct sockaddr_in: family, then port and address in network order.

import type { Arena } from "./arena.ts";
import { LINUX } from "./libc.ts";

export const ADDRESS_SIZE = 16;

/** An IPv4 address as a number and a port. */
export interface Endpoint {
  readonly host: number;
  readonly port: number;
}

export function writeAddress(arena: Arena, at: number, { host, port }: Endpoint): void {
  arena.view.setUint16(at, LINUX.AF_INET, true);
  arena.view.setUint16(at + 2, port);
  arena.view.setUint32(at + 4, host);
}

/** `127.0.0.1` as a number. @throws RangeError for anything else than four numbers */
export function hostNumber(text: string): number {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw new RangeError(`${JSON.stringify(text)} is not an IPv4 address`);
  }
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function hostText(host: number): string {
  return [host >>> 24, host >>> 16 & 255, host >>> 8 & 255, host & 255].join(".");
}
