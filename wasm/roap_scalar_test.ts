import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  BODY,
  ENVELOPE,
  FIELD_LENGTHS,
  INPUT,
  INPUT_SIZE,
  OUTPUT,
  RECEIVE,
  RECEIVE_SLOT,
  RECEIVE_SLOTS,
  ROAP,
  TEXT,
  WINDOW,
} from "./assembly/layout.ts";
import { ENVELOPE_WORDS } from "./assembly/envelope_layout.ts";
import {
  MEMBER_ANSWERER_SESSION_ID,
  MEMBER_CONTENT,
  MEMBER_CONTENT_TYPE,
  MEMBER_FROM,
  MEMBER_INFO_TYPE,
  MEMBER_OFFERER_SESSION_ID,
  MEMBER_REFER_TOKEN,
  MEMBER_REPLACES,
  MEMBER_RESPONSE_TOKEN,
  MEMBER_SDP,
  MEMBER_SESSION_TOKEN,
  MEMBER_SET_RESPONSE_TOKEN,
  MEMBER_SET_SESSION_TOKEN,
  MEMBER_SIGNAL,
  MEMBER_TO,
  MEMBER_TRANSACTION_ID,
  ROAP_MEMBERS,
  ROAP_WIDE,
  ROAP_WORDS,
} from "./assembly/roap_layout.ts";
import * as simd from "./codec.wasm";
import * as scalar from "./codec_scalar.wasm";
import { bodyText, brokenMessage, fieldText, nearMessage } from "./roap_arbitrary.ts";

/** Members whose word is a span; those of a message with a fault lie in the message as well. */
const textMembers = [
  MEMBER_OFFERER_SESSION_ID,
  MEMBER_ANSWERER_SESSION_ID,
  MEMBER_TO,
  MEMBER_FROM,
  MEMBER_SET_SESSION_TOKEN,
  MEMBER_SET_RESPONSE_TOKEN,
  MEMBER_SESSION_TOKEN,
  MEMBER_RESPONSE_TOKEN,
  MEMBER_SDP,
  MEMBER_CONTENT,
  MEMBER_TRANSACTION_ID,
  MEMBER_CONTENT_TYPE,
  MEMBER_REPLACES,
  MEMBER_REFER_TOKEN,
  MEMBER_INFO_TYPE,
  MEMBER_SIGNAL,
];

const codecs = [simd, scalar];
const encoder = new TextEncoder();

/** What a codec makes of a message whose surroundings hold this byte: answer, record, envelope and every text. */
function read(
  codec: typeof simd | typeof scalar,
  message: Uint8Array,
  { poison, at = INPUT }: { poison: number; at?: number },
): unknown {
  const bytes = new Uint8Array(codec.memory.buffer as ArrayBuffer);
  const words = new Uint32Array(codec.memory.buffer as ArrayBuffer);
  bytes.fill(poison, at === INPUT ? at : at - 64, at + INPUT_SIZE);
  words.set([at, at << 16], WINDOW >>> 2);
  bytes.set(message, at);
  const answer = codec.readRoap(message.length);
  words.set([INPUT, INPUT << 16], WINDOW >>> 2);
  const behind = at + message.length + 16;
  equal(bytes.subarray(behind, at + INPUT_SIZE).findIndex((byte) => byte !== poison), -1);
  if (at !== INPUT) equal(bytes.subarray(at - 64, at).findIndex((byte) => byte !== poison), -1);
  const record = [...words.subarray(ROAP >>> 2, (ROAP >>> 2) + ROAP_WORDS)];
  const spans = textMembers.map((member) => record[ROAP_MEMBERS + member]!);
  return {
    answer,
    record,
    envelope: [...words.subarray(ENVELOPE >>> 2, (ENVELOPE >>> 2) + ENVELOPE_WORDS)],
    texts: spans.map((span) => bytes.slice(at + (span >>> 16), at + (span >>> 16) + (span & 0xffff)).join()),
  };
}

function write(
  codec: typeof simd | typeof scalar,
  fields: readonly Uint8Array[],
  body: Uint8Array,
  poison: number,
): unknown {
  const bytes = new Uint8Array(codec.memory.buffer as ArrayBuffer);
  const words = new Uint32Array(bytes.buffer);
  bytes.fill(0x22, TEXT, TEXT + 4096);
  bytes.fill(poison, BODY, BODY + body.length + 64);
  let at = TEXT;
  fields.forEach((field, i) => {
    bytes.set(field, at);
    at += field.length;
    words[(FIELD_LENGTHS >> 2) + i] = field.length;
  });
  bytes.set(body, BODY);
  const answer = codec.writeRoap(OUTPUT, 5, 1, 2, 1, 3, 404, BODY, body.length, 1, 160);
  const end = answer > 0 ? answer & ~ROAP_WIDE : answer;
  return { answer, output: end > 0 ? bytes.slice(OUTPUT, end).join() : "" };
}

Deno.test("readRoap reads the same with and without SIMD, whatever lies behind the message, in any slot", () => {
  const slot = fc.nat({ max: RECEIVE_SLOTS - 1 }).map((nth) => RECEIVE + nth * RECEIVE_SLOT);
  const message = fc.oneof(nearMessage.map((text) => encoder.encode(text)), brokenMessage, fc.uint8Array());
  fc.assert(
    fc.property(message, fc.constantFrom(0, 0x22, 0x20, 0x5c, 0xff), slot, (bytes, poison, at) => {
      const [first, second] = codecs.map((codec) => read(codec, bytes, { poison }));
      deepEqual(first, second);
      deepEqual(first, read(simd, bytes, { poison: 0 }));
      deepEqual(first, read(simd, bytes, { poison, at }));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("writeRoap writes the same with and without SIMD", () => {
  const fields = fc.array(fc.oneof(fieldText, fieldText, bodyText), { minLength: 12, maxLength: 12 }).map((
    list,
  ) => list.map((text) => encoder.encode(text)));
  const body = fc.oneof(
    bodyText.map((text) => encoder.encode(text)),
    fc.uint8Array({ maxLength: 100 }),
    brokenMessage,
  );
  fc.assert(
    fc.property(fields, body, fc.constantFrom(0x0a, 0x80, 0xff), (control, payload, poison) => {
      const [first, second] = codecs.map((codec) => write(codec, control, payload, poison));
      deepEqual(first, second);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("mapToSip and mapToRoap map the same with and without SIMD", () => {
  for (let name = 0; name < 20; name++) {
    for (let context = -1; context < 7; context++) {
      const [first, second] = codecs.map((codec) => {
        const words = new Uint32Array(codec.memory.buffer as ArrayBuffer);
        return [1, 2].map((protocol) => {
          const record = words.subarray(ENVELOPE >>> 2, (ENVELOPE >>> 2) + ENVELOPE_WORDS);
          record.fill(0);
          record.set([protocol, 0, name]);
          const mapped = protocol === 1 ? codec.mapToSip(context) : codec.mapToRoap(context);
          return [mapped, ...record];
        });
      });
      deepEqual(first, second);
      equal(first?.length, 2);
    }
  }
});
