// Lists of peers by address: networks as an operator writes them, matched as numbers, never as text.

import { BlockList, isIP, isIPv4 } from "node:net";

/** One network. */
export interface Network {
  /** An IP address without brackets. */
  readonly address: string;
  /** Leading bits that count. */
  readonly bits: number;
}

/** Answers that are remembered: a peer is asked about with each of its messages. */
const REMEMBERED = 4096;

/** Reads `ADDRESS/BITS`, or an address alone. Gives what is wrong as a text, to follow the value. */
export function readNetwork(text: string): Network | string {
  const parts = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text);
  const address = parts?.[1]?.replace(/^\[(.*)\]$/, "$1") ?? "";
  const family = isIP(address);
  if (parts === null || family === 0) return "is not ADDRESS/BITS";
  const longest = family === 4 ? 32 : 128;
  const bits = parts[2] === undefined ? longest : Number(parts[2]);
  return bits > longest ? `has more than ${longest} bits` : { address, bits };
}

/** Whether an address lies in one of the networks. An IPv4 address may be written as one of IPv6. */
export function peerList(networks: readonly Network[]): (host: string) => boolean {
  const list = new BlockList();
  for (const { address, bits } of networks) {
    const plain = mapped(address);
    const isMapped = plain !== address && bits >= 96;
    list.addSubnet(
      isMapped ? plain : address,
      isMapped ? bits - 96 : bits,
      familyOf(isMapped ? plain : address),
    );
  }
  const known = new Map<string, boolean>();
  return (host) => {
    const before = known.get(host);
    if (before !== undefined) return before;
    const plain = mapped(host);
    const found = isIP(plain) !== 0 && list.check(plain, familyOf(plain));
    if (known.size >= REMEMBERED) known.clear();
    known.set(host, found);
    return found;
  };
}

/** RFC 4291 section 2.5.5.2. */
function mapped(address: string): string {
  const rest = /^::ffff:(.*)$/i.exec(address)?.[1];
  return rest !== undefined && isIPv4(rest) ? rest : address;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
