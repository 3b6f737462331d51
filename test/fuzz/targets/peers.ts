// SIP parsers of npm as witnesses. Each of them bends the grammar somewhere, so one alone proves nothing: a field counts only where all of them say the
// same, and the codec says something else.

import type { Fields, Reader } from "../../../bench/readers/fields.ts";
import type { Build } from "../builds.ts";
import { BrokenClaim } from "../claim.ts";

export type Peer = Pick<Reader, "name" | "fields">;

/** Their modules, and what these export. Named at run time: types are checked without them. */
const MODULES = [["jssip.ts", "jssip"], ["sip.ts", "npmSip"], ["drachtio.ts", "drachtio"]] as const;
const readers = new URL("../../../bench/readers/", import.meta.url);
/** Fields that each of them gives as they stand in the message. URIs are not: some write them anew. */
const NAMES = [
  "start",
  "callId",
  "fromTag",
  "toTag",
  "cseq",
  "branch",
  "viaHost",
  "viaPort",
] as const satisfies (keyof Fields)[];

/** Those that are installed: bench/deno.json has them, the relay has not. */
export async function loadPeers(): Promise<Peer[]> {
  const loaded = await Promise.allSettled(MODULES.map(async ([file, name]) => {
    const module: Readonly<Record<string, Peer>> = await import(new URL(file, readers).href);
    return module[name];
  }));
  return loaded.flatMap((one) => one.status === "fulfilled" && one.value !== undefined ? [one.value] : []);
}

/** Compares the message in the window, which the codec takes. */
export function comparePeers({ codec: { sip } }: Build, message: Uint8Array, peers: readonly Peer[]): void {
  const all: Fields[] = [];
  for (const peer of peers) {
    const fields = fieldsOf(peer, message);
    // Who cannot read it is no witness.
    if (fields === undefined) return;
    all.push(fields);
  }
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return;
  const ours: Readonly<Record<typeof NAMES[number], string | number>> = {
    start: sip.isRequest ? sip.text(sip.methodText) : String(sip.status),
    callId: sip.text(sip.callId),
    fromTag: sip.text(sip.fromTag),
    toTag: sip.text(sip.toTag),
    cseq: sip.cseq,
    branch: sip.text(sip.branch),
    viaHost: sip.text(sip.viaHost),
    viaPort: sip.viaPort,
  };
  for (const name of NAMES) {
    if (others.some((other) => other[name] !== first[name]) || ours[name] === first[name]) continue;
    const detail = `${JSON.stringify(ours[name])}, they ${JSON.stringify(first[name])}`;
    throw new BrokenClaim({
      kind: "disagreement",
      text: `All of npm's parsers read another ${name}`,
      detail,
    });
  }
}

function fieldsOf(peer: Peer, message: Uint8Array): Fields | undefined {
  try {
    return peer.fields(message);
  } catch {
    return undefined;
  }
}
