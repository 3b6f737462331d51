// Read, written and read again: the same message, and the second writing gives the same bytes as the first.

import * as codes from "../../../wasm/assembly/codes.ts";
import * as layout from "../../../wasm/assembly/layout.ts";
import type { Build, Builds } from "../builds.ts";
import { agree, agreeBytes, hold } from "../claim.ts";
import { wordOf } from "./sip_record.ts";
import { loadPoisoned, type Target } from "./target.ts";

const BRACE = 0x7b;
const NUMBERS = [
  "isRequest",
  "method",
  "status",
  "cseq",
  "viaPort",
  "viaTransport",
  "viaRport",
  "viaCount",
  "maxForwards",
]
  .concat(["expires", "contactCount", "contactExpires", "contactStar"]) as NumberField[];
const TEXTS = [
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
  ]) as TextField[];
type NumberField = "cseq" | "viaPort";
type TextField = "callId" | "from";

export function roundtripTarget({ simd }: Builds): Target {
  return {
    build: simd,
    seeds: ["sip", "json"],
    run(message) {
      simd.codec.resetOutput();
      if (loadPoisoned(simd, message) < 0) return false;
      const isRoap = message.subarray(0, 8).includes(BRACE);
      const taken = isRoap ? roapAgain(simd, message.length) : sipAgain(simd, message.length);
      simd.codec.resetOutput();
      return taken;
    },
  };
}

/** False when the codec refuses the message. */
function sipAgain(build: Build, length: number): boolean {
  const { sip } = build.codec;
  if (sip.read(length) !== 0) return false;
  const before = sipFields(build);
  const first = copied(build);
  if (first === undefined) return true;
  agree(sip.read(first.length), 0, "A message written out can be read");
  sameFields(sipFields(build), before, "A message written out says the same");
  const second = copied(build);
  if (second !== undefined) agreeBytes(second, first, "Written twice, the same bytes");
  composed(build, before);
  return true;
}

/** Writes the message in the window out as it was read, and loads that. Undefined: it has grown past the limit. */
function copied({ codec }: Build): Uint8Array | undefined {
  const { start, length } = codec.copyMessage();
  const bytes = codec.outputBytes(start, length).slice();
  return codec.load(bytes) < 0 ? undefined : bytes;
}

type Fields = ReadonlyMap<string, unknown>;

function sipFields(build: Build): Fields {
  const { sip } = build.codec;
  const fields = new Map<string, unknown>();
  for (const name of NUMBERS) fields.set(name, sip[name]);
  for (const name of TEXTS) fields.set(name, latin1(sip.bytes(sip[name])));
  for (let header = 1; header < layout.SIP_CHAIN_COUNT; header++) {
    if (header === codes.HEADER_CONTENT_LENGTH) continue;
    const values = [];
    for (let nth = 0, count = sip.count(header); nth < count && nth < 32; nth++) {
      values.push(latin1(sip.bytes(sip.value(header, nth))));
    }
    if (values.length > 0) fields.set(`header ${header}`, values.join("\n"));
  }
  return fields;
}

function sameFields(left: Fields, right: Fields, text: string): void {
  for (const [name, value] of right) agree(left.get(name), value, `${text}: ${name}`);
  agree(left.size, right.size, text);
}

/** Writes the message's own values through the writers, as the relay does. `before`: what it says. */
function composed(build: Build, before: Fields): void {
  const { codec, codec: { sip } } = build;
  if (sip.method === codes.METHOD_OTHER || wordOf(build, layout.SIP_MAX_FORWARDS) === 0xffffffff) return;
  const values = [sip.requestUri, sip.value(codes.HEADER_VIA), sip.from, sip.to, sip.callId].map((span) =>
    sip.text(span)
  );
  // Text would not be the bytes that it was made from.
  if (values.some((value) => value.includes("\ufffd"))) return;
  const [requestUri = "", via = "", from = "", to = "", callId = ""] = values;
  const contact = sip.count(codes.HEADER_CONTACT) === 1 ? sip.text(sip.value(codes.HEADER_CONTACT)) : "";
  if (!sip.isRequest || contact.includes("\ufffd")) return;
  const { start, length } = codec.writeRequest({
    method: sip.method,
    requestUri,
    via,
    maxForwards: sip.maxForwards,
    route: "",
    from,
    to,
    callId,
    cseq: sip.cseq,
    contact,
    contentType: "",
    lines: [],
  }, undefined);
  if (codec.load(codec.outputBytes(start, length)) < 0) return;
  agree(sip.read(length), 0, "A request composed of values that were read can be read");
  const after = sipFields(build);
  for (
    const name of [
      "method",
      "cseq",
      "requestUri",
      "callId",
      "from",
      "fromTag",
      "to",
      "toTag",
      "branch",
      "viaHost",
      "maxForwards",
    ]
  ) {
    agree(
      after.get(name),
      before.get(name),
      `A request composed of values that were read says the same: ${name}`,
    );
  }
}

const ROAP_NUMBERS = ["type", "seq", "tieBreaker", "moreComing", "errorType", "status", "duration"] as const;
const ROAP_TEXTS = [
  "offererSessionId",
  "answererSessionId",
  "from",
  "to",
  "sessionToken",
  "responseToken",
  "transactionId",
  "contentType",
  "referToken",
  "infoType",
  "signal",
] as const;
const CONTENT = [
  codes.ROAP_INFO,
  codes.ROAP_MESSAGE,
  codes.ROAP_SUBSCRIBE,
  codes.ROAP_NOTIFY,
  codes.ROAP_PUBLISH,
  codes.ROAP_REFER,
];

/** False when the codec refuses the message. */
function roapAgain(build: Build, length: number): boolean {
  const { codec } = build;
  const { roap } = codec;
  if (roap.read(length) !== 0) return false;
  const before = roapFields(build);
  const first = rewritten(build);
  if (codec.load(first) < 0) return true;
  const lacksBody = before.get("body") === "";
  const fault = roap.read(first.length);
  // A CANDIDATE may have come with content alone, which its writer does not have.
  if (lacksBody && fault === codes.FAULT_MISSING_MEMBER) return true;
  agree(fault, 0, "A ROAP message written out can be read");
  sameFields(roapFields(build), before, "A ROAP message written out says the same");
  agreeBytes(rewritten(build), first, "Written twice, the same bytes");
  const parsed: Record<string, unknown> = JSON.parse(utf8Text(first));
  agree(parsed["seq"] ?? -1, before.get("seq"), "JSON.parse sees the same seq");
  const names = Object.keys(parsed);
  const inner = Object.keys(parsed["info"] ?? {});
  agree(inner.join(), inner.toSorted().join(), "Members of info are written in order");
  agree(names.join(), names.toSorted().join(), "Members are written in order");
  return true;
}

function bodyOf({ codec: { roap } }: Build): number {
  return CONTENT.includes(roap.type) ? roap.content : roap.sdp;
}

function rewritten(build: Build): Uint8Array {
  const { codec } = build;
  const { roap } = codec;
  const written = codec.writeRoap({
    type: roap.type,
    seq: roap.seq,
    tieBreaker: roap.tieBreaker,
    moreComing: roap.moreComing,
    errorType: roap.errorType,
    status: roap.status,
    reason: "",
    offererSessionId: roap.text(roap.offererSessionId),
    answererSessionId: roap.text(roap.answererSessionId),
    from: roap.text(roap.from),
    to: roap.text(roap.to),
    sessionToken: roap.text(roap.sessionToken),
    responseToken: roap.text(roap.responseToken),
    more: {
      transactionId: roap.text(roap.transactionId),
      contentType: roap.text(roap.contentType),
      referToken: roap.text(roap.referToken),
      infoType: roap.text(roap.infoType),
      signal: roap.text(roap.signal),
      duration: roap.duration,
    },
  }, bodyOf(build));
  hold(written !== undefined, "A body that was read as JSON can be written as JSON");
  return codec.outputBytes(written!.start, written!.length).slice();
}

function roapFields(build: Build): Fields {
  const { roap } = build.codec;
  const fields = new Map<string, unknown>();
  for (const name of ROAP_NUMBERS) fields.set(name, roap[name]);
  for (const name of ROAP_TEXTS) fields.set(name, roap.text(roap[name]));
  return fields.set("body", roap.text(bodyOf(build)));
}

const latin = new TextDecoder("latin1");
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A character a byte: what compares is the bytes. */
function latin1(bytes: Uint8Array): string {
  return latin.decode(bytes);
}

function utf8Text(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
