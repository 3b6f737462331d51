// The codec's reading of SIP against the plain one.

import * as codes from "../../../wasm/assembly/codes.ts";
import { INPUT } from "../../../wasm/assembly/layout.ts";
import { faultText } from "../../../wasm/fault.ts";
import type { Build } from "../builds.ts";
import { agree, BrokenClaim } from "../claim.ts";
import { KNOWN } from "../plain_lines.ts";
import { type PlainSip, readPlainSip } from "../plain_sip.ts";

/** Headers that the plain reader reads to the end. A fault in another one is nothing that it could say. */
const READ = new Set(
  [
    "via",
    "from",
    "to",
    "call-id",
    "cseq",
    "max-forwards",
    "expires",
    "contact",
    "route",
    "record-route",
    "content-type",
  ]
    .concat(["content-length"]).map((name) => KNOWN.get(name)!),
);
const SPANS = [
  "methodText",
  "reason",
  "requestUri",
  "callId",
  "from",
  "fromDisplay",
  "fromUri",
  "fromTag",
  "to",
  "toUri",
]
  .concat([
    "toTag",
    "branch",
    "viaHost",
    "viaMaddr",
    "contact",
    "contactUri",
    "routeUri",
    "contentType",
    "body",
  ]) as "from"[];
const NUMBERS = [
  "isRequest",
  "status",
  "cseq",
  "viaPort",
  "viaRport",
  "viaCount",
  "maxForwards",
  "expires",
  "contactCount",
]
  .concat(["contactExpires", "contactStar", "contentLength"]) as "status"[];
const TRANSPORTS = ["", "UDP", "TCP", "TLS", "WS", "WSS"];
const decoder = new TextDecoder("latin1");

/** Compares what is in the window with what the plain reader makes of the message: taken or refused, every field and header of what is taken. */
export function compareSip(build: Build, message: Uint8Array, fault: number): void {
  const { sip } = build.codec;
  const plain = readPlainSip(message);
  if ("fault" in plain) {
    if (fault !== 0) return;
    disagree(`A SIP message is taken that the plain reader refuses: ${plain.header} ${plain.fault}`);
  }
  if (fault !== 0) {
    if (sip.faultHeader !== 0 && !READ.has(sip.faultHeader)) return;
    disagree(
      `A SIP message is refused that the plain reader takes: ${faultText(fault)}, header ${sip.faultHeader}`,
    );
  }
  compareFields(build, message, plain);
}

function compareFields(
  { codec, codec: { sip } }: Build,
  message: Uint8Array,
  { fields, lines }: PlainSip,
): void {
  const text = decoder.decode(codec.memory.bytes.subarray(INPUT, INPUT + message.length));
  const of = (span: number) => text.slice(span >>> 16, (span >>> 16) + (span & 0xffff));
  for (const name of SPANS) agree(of(sip[name]), fields[name], `Codec and plain reader agree on ${name}`);
  for (const name of NUMBERS) agree(sip[name], fields[name], `Codec and plain reader agree on ${name}`);
  const transport = TRANSPORTS.indexOf(String(fields["viaTransportText"]));
  agree(
    sip.viaTransport,
    transport < 0 ? codes.TRANSPORT_OTHER : transport,
    "Codec and plain reader agree on viaTransport",
  );
  const seen = new Map<number, number>();
  for (const { name, value } of lines) {
    const header = KNOWN.get(name) ?? codes.HEADER_OTHER;
    const nth = seen.get(header) ?? 0;
    seen.set(header, nth + 1);
    // Finding the nth line walks its chain: a few hundred lines would take longer than all the rest.
    if (nth < 20) {
      agree(of(sip.value(header, nth)), value, "Codec and plain reader agree on each header line's value");
    }
  }
  for (const [header, count] of seen) {
    agree(sip.count(header), count, "Codec and plain reader agree on how many lines a header has");
  }
}

function disagree(text: string): never {
  throw new BrokenClaim({ kind: "disagreement", text, detail: "" });
}
