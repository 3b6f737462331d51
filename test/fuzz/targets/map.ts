// From one dialect to the other and back, in every context: keys, seq and body stay, tables are total, and what can come back does.

import * as codes from "../../../wasm/assembly/codes.ts";
import { ENVELOPE_WORDS } from "../../../wasm/assembly/envelope_layout.ts";
import { ENVELOPE } from "../../../wasm/assembly/layout.ts";
import type { Span } from "../../../wasm/codec.ts";
import type { Build, Builds } from "../builds.ts";
import { agree, agreeBytes, hold } from "../claim.ts";
import { writeRoap, writeSip } from "./templates.ts";
import { loadPoisoned, type Target } from "./target.ts";

const BASE = ENVELOPE >> 2;
const CONTEXTS = [
  codes.CONTEXT_NONE,
  codes.CONTEXT_EARLY_CALLED,
  codes.CONTEXT_EARLY_CALLING,
  codes.CONTEXT_ESTABLISHED,
  codes.CONTEXT_ENDING,
];
/** What the other end of the call calls a context. */
const MIRROR = [
  codes.CONTEXT_NONE,
  codes.CONTEXT_EARLY_CALLING,
  codes.CONTEXT_EARLY_CALLED,
  codes.CONTEXT_ESTABLISHED,
  codes.CONTEXT_ENDING,
];
/** Types that come back as they went, in these contexts of the way there. */
const SAME: Readonly<Record<number, readonly number[]>> = {
  [codes.ROAP_OFFER]: [
    codes.CONTEXT_NONE,
    codes.CONTEXT_EARLY_CALLED,
    codes.CONTEXT_EARLY_CALLING,
    codes.CONTEXT_ESTABLISHED,
  ],
  [codes.ROAP_ANSWER]: [codes.CONTEXT_EARLY_CALLED, codes.CONTEXT_EARLY_CALLING, codes.CONTEXT_ESTABLISHED],
  [codes.ROAP_SHUTDOWN]: [codes.CONTEXT_EARLY_CALLED, codes.CONTEXT_ESTABLISHED],
  [codes.ROAP_RINGING]: [codes.CONTEXT_EARLY_CALLING],
  [codes.ROAP_WAITING]: [codes.CONTEXT_EARLY_CALLING],
  [codes.ROAP_INFO]: [codes.CONTEXT_EARLY_CALLED, codes.CONTEXT_EARLY_CALLING, codes.CONTEXT_ESTABLISHED],
  [codes.ROAP_MESSAGE]: CONTEXTS.slice(0, 4),
  [codes.ROAP_SUBSCRIBE]: CONTEXTS.slice(0, 4),
  [codes.ROAP_NOTIFY]: CONTEXTS.slice(0, 4),
  [codes.ROAP_PUBLISH]: CONTEXTS.slice(0, 4),
};
const BRACE = 0x7b;
/** A body with room for the head that is put around it. */
const BODY_LIMIT = 60_000;

export function mapTarget({ simd }: Builds): Target {
  const kept = new Uint32Array(ENVELOPE_WORDS);
  return {
    build: simd,
    seeds: ["json", "sip"],
    run(message) {
      simd.codec.resetOutput();
      const length = loadPoisoned(simd, message);
      if (length < 0) return false;
      const isRoap = message.subarray(0, 8).includes(BRACE);
      const fault = isRoap ? simd.codec.roap.read(length) : simd.codec.sip.read(length);
      const { envelope } = simd.codec;
      if (fault !== 0) {
        agree(envelope.protocol, 0, "A message with a fault makes no envelope");
        return false;
      }
      kept.set(simd.codec.memory.words.subarray(BASE, BASE + ENVELOPE_WORDS));
      checkEnvelope(simd, length);
      if ((envelope.body & 0xffff) > BODY_LIMIT) return true;
      for (const context of CONTEXTS) {
        // Each way back reads another message into the window.
        simd.codec.load(message);
        if (isRoap) simd.codec.roap.read(length);
        else simd.codec.sip.read(length);
        if (isRoap) fromRoap(simd, context, kept);
        else fromSip(simd, context, kept);
        simd.codec.resetOutput();
      }
      return true;
    },
  };
}

function checkEnvelope({ codec: { envelope } }: Build, length: number): void {
  for (
    const span of [envelope.source, envelope.target, envelope.transaction, envelope.body, ...envelope.key]
  ) {
    hold((span >>> 16) + (span & 0xffff) <= length, "A span of the envelope lies in the message");
  }
  hold(envelope.phase >= codes.PHASE_BEGIN && envelope.phase <= codes.PHASE_END, "An envelope has a phase");
  agree(
    (envelope.flags & codes.FLAG_BODY) !== 0,
    (envelope.body & 0xffff) !== 0,
    "The flag says whether there is a body",
  );
}

/** Keys, seq and body are what they were before the mapping; a mapping that is none changes nothing at all. */
function checkKept({ codec, codec: { envelope } }: Build, kept: Uint32Array, mapped: boolean): void {
  const words = codec.memory.words;
  const same = mapped
    ? [3, 5, 6, 7, 8, 9, 10, 14]
    : Array.from({ length: ENVELOPE_WORDS }, (_, index) => index);
  for (const word of same) {
    agree(
      words[BASE + word],
      kept[word],
      mapped ? "A mapping keeps keys, seq and body" : "No mapping, no change",
    );
  }
  if (mapped) {
    hold(
      envelope.phase >= codes.PHASE_BEGIN && envelope.phase <= codes.PHASE_END,
      "A mapped envelope has a phase",
    );
  }
}

function fromRoap(build: Build, context: number, kept: Uint32Array): void {
  const { codec } = build;
  const { envelope, roap, sip } = codec;
  const type = envelope.name;
  // What a type cannot do without may be what another can: the way back makes some types of others.
  const keys = {
    offererSessionId: roap.text(roap.offererSessionId) || "o",
    answererSessionId: roap.text(roap.answererSessionId) || "a",
    seq: Math.max(0, roap.seq),
  };
  const moreComing = envelope.moreComing;
  const mapped = envelope.toSip(context);
  checkKept(build, kept, mapped);
  if (!mapped) return;
  agree(envelope.protocol, codes.PROTOCOL_SIP, "A mapped ROAP envelope is SIP's");
  const body = roap.bytes(envelope.body);
  const { start, length } = writeSip(build, envelope.body);
  codec.load(codec.outputBytes(start, length));
  agree(sip.read(length), 0, "What was mapped to SIP can be read");
  agreeBytes(sip.bytes(sip.body), body, "A body is the same in SIP");
  const hasBody = body.length !== 0;
  const back = envelope.toRoap(MIRROR[context]!);
  const expected = (SAME[type] ?? []).includes(context) &&
    (hasBody || (type !== codes.ROAP_OFFER && type !== codes.ROAP_ANSWER)) &&
    !(type === codes.ROAP_ANSWER && moreComing);
  // A body in a message that has none in ROAP makes it another one in SIP.
  const bodiless = type === codes.ROAP_RINGING || type === codes.ROAP_WAITING;
  if (expected && !(bodiless && hasBody)) {
    agree(back ? envelope.name : 0, type, "A ROAP message is the same type after SIP");
  }
  if (!back) return;
  const written = writeRoap(build, keys, envelope.body);
  hold(written !== undefined, "A body that came as JSON can go as JSON");
  readBack(build, { ...written!, body });
  if (expected) {
    agree(roap.text(roap.offererSessionId), keys.offererSessionId, "offererSessionId is the same after SIP");
    agree(
      roap.text(roap.answererSessionId),
      keys.answererSessionId,
      "answererSessionId is the same after SIP",
    );
    agree(roap.seq, keys.seq, "seq is the same after SIP");
  }
}

function fromSip(build: Build, context: number, kept: Uint32Array): void {
  const { envelope, sip } = build.codec;
  const mapped = envelope.toRoap(context);
  checkKept(build, kept, mapped);
  if (!mapped) return;
  agree(envelope.protocol, codes.PROTOCOL_ROAP, "A mapped SIP envelope is ROAP's");
  const body = sip.bytes(envelope.body);
  const keys = { offererSessionId: "o", answererSessionId: "a", seq: 1 };
  const written = writeRoap(build, keys, envelope.body);
  agree(written !== undefined, isUtf8(body), "A body goes as JSON exactly when it is UTF-8");
  if (written !== undefined) readBack(build, { ...written, body });
}

/** Reads what was written as ROAP. */
function readBack({ codec, codec: { roap } }: Build, { start, length, body }: {
  readonly start: number;
  readonly length: number;
  readonly body: Uint8Array;
}): void {
  const written = codec.outputBytes(start, length);
  JSON.parse(codec.outputText(start, length));
  // Escaped, a body can outgrow what a reader takes.
  if (codec.load(written) < 0) return;
  const fault = roap.read(length);
  const missing = body.length === 0 && fault === codes.FAULT_MISSING_MEMBER;
  if (missing) return;
  agree(fault, 0, "What was mapped to ROAP can be read");
  const span: Span = roap.sdp !== 0 ? roap.sdp : roap.content;
  agreeBytes(roap.bytes(span), body, "A body is the same in ROAP");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
