import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import * as codes from "./assembly/codes.ts";
import { faultText, load, loadText, outputBytes, outputText, resetOutput } from "./codec.ts";
import { roap } from "./roap.ts";
import { bodyText, brokenMessage, fieldText, nearMessage } from "./roap_arbitrary.ts";
import { type RoapHead, writeRoap } from "./roap_writer.ts";

const syntaxFaults: number[] = [codes.FAULT_NOT_JSON, codes.FAULT_TRAILING_TEXT];
const texts = [
  "offererSessionId",
  "answererSessionId",
  "to",
  "from",
  "setSessionToken",
  "setResponseToken",
  "sessionToken",
  "responseToken",
  "sdp",
  "content",
  "transactionId",
  "contentType",
  "replaces",
  "referToken",
] as const;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const uint32 = fc.nat({ max: 0xffffffff });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What must be true after every read, whatever was read. */
function checkRecord(length: number, fault: number): void {
  ok(faultText(fault) !== `Unknown fault ${fault}` || fault === 0);
  ok(roap.faultOffset <= length);
  for (const name of texts) {
    const span = roap[name];
    ok((span >>> 16) + (span & 0xffff) <= length);
    // Throws for what is no UTF-8.
    decoder.decode(roap.bytes(span));
  }
  ok(roap.seq >= -1 && roap.seq <= 0xffffffff);
  ok(roap.type >= 0 && roap.type <= codes.ROAP_REFER);
}

Deno.test("roap gives a code for any bytes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), brokenMessage), (bytes) => {
      checkRecord(bytes.length, roap.read(load(bytes)));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("roap finds every JSON object to be JSON", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })), fc.boolean(), (object, spaced) => {
      const text = JSON.stringify(object, undefined, spaced ? 2 : 0);
      const fault = roap.read(loadText(text));
      ok(
        ![...syntaxFaults, codes.FAULT_NOT_OBJECT, codes.FAULT_NOT_UTF8, codes.FAULT_TOO_DEEP].includes(
          fault,
        ),
      );
    }),
    { numRuns: 1000 },
  );
});

Deno.test("roap agrees with JSON.parse on what is JSON", () => {
  fc.assert(
    fc.property(fc.oneof(nearMessage, brokenMessage), (message) => {
      const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
      const fault = roap.read(load(bytes));
      checkRecord(bytes.length, fault);
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch {
        ok(fault !== 0);
        return;
      }
      ok(fault !== codes.FAULT_NOT_UTF8);
      const value = parse(text.startsWith("SDP\n") ? text.slice(4) : text);
      if (fault === 0) ok(typeof value === "object" && value !== null);
      if (syntaxFaults.includes(fault)) equal(value, undefined);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("roap reads the values that JSON.parse reads", () => {
  const message = fc.record({
    messageType: fc.constant("OFFER"),
    offererSessionId: fieldText.filter((text) => text !== ""),
    answererSessionId: fc.option(fieldText),
    seq: uint32,
    tieBreaker: uint32,
    to: fieldText,
    from: fieldText,
    sessionToken: fieldText,
    setResponseToken: fieldText,
    moreComing: fc.boolean(),
    sdp: bodyText,
    transactionId: fieldText,
    contentType: fieldText,
    replaces: fieldText,
    referToken: fieldText,
    info: fc.record({ type: fieldText, signal: fieldText, duration: uint32, more: fc.jsonValue() }),
    more: fc.jsonValue(),
  });
  fc.assert(
    fc.property(message, fc.constantFrom(0, 1, "\t"), (value, indent) => {
      // Half of the characters as escapes, so that both ways of writing one meet.
      const text = JSON.stringify(value, undefined, indent).replace(
        /[^\\\x20-\x7e\n\t]/g,
        (unit) =>
          unit.charCodeAt(0) % 2 === 0 ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}` : unit,
      );
      equal(roap.read(loadText(text.isWellFormed() ? text : JSON.stringify(value))), 0);
      for (const name of texts) {
        equal(roap.text(roap[name]), (value as Record<string, unknown>)[name] ?? "");
      }
      deepEqual([roap.seq, roap.tieBreaker, roap.moreComing], [
        value.seq,
        value.tieBreaker,
        value.moreComing,
      ]);
      const { type, signal, duration } = value.info;
      deepEqual([roap.text(roap.infoType), roap.text(roap.signal), roap.duration], [type, signal, duration]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("roap takes exactly the whole numbers of 32 bits", () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,6})$/);
  const number = fc
    .tuple(
      fc.constantFrom("", "-"),
      digits,
      fc.option(fc.stringMatching(/^\d{1,6}$/)),
      fc.option(fc.integer({ min: -12, max: 12 })),
    )
    .map(([sign, whole, part, power]) =>
      sign + whole + (part === null ? "" : `.${part}`) + (power === null ? "" : `e${power}`)
    );
  const literal = fc.oneof(
    number,
    uint32.map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  fc.assert(
    fc.property(literal, (text) => {
      const value = Number(text);
      const fits = Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
      equal(
        roap.read(loadText(`{"messageType":"OK","offererSessionId":"o","seq":${text}}`)),
        fits ? 0 : codes.FAULT_MEMBER_NUMBER,
      );
      equal(roap.seq, fits ? Math.abs(value) : -1);
    }),
    { numRuns: 3000 },
  );
});

const head: fc.Arbitrary<RoapHead> = fc.record({
  type: fc.integer({ min: 1, max: 16 }),
  offererSessionId: fieldText,
  answererSessionId: fieldText,
  seq: fc.oneof(uint32, fc.constant(-1)),
  tieBreaker: fc.oneof(uint32, fc.constant(-1)),
  moreComing: fc.boolean(),
  errorType: fc.integer({ min: 0, max: 6 }),
  status: fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 699 })),
  reason: fc.oneof(fc.constant(""), bodyText),
  from: fieldText,
  to: fieldText,
  sessionToken: fieldText,
  responseToken: fieldText,
  more: fc.option(
    fc.record({
      transactionId: fieldText,
      contentType: fieldText,
      referToken: fieldText,
      infoType: fieldText,
      signal: fieldText,
      duration: fc.oneof(fc.constant(-1), uint32),
    }),
    { nil: undefined },
  ),
});

Deno.test("writeRoap writes JSON of the same values, which roap reads", () => {
  fc.assert(
    fc.property(head, bodyText, fc.boolean(), (value, body, hasBody) => {
      resetOutput();
      const written = writeRoap(value, hasBody ? new TextEncoder().encode(body) : undefined);
      ok(written !== undefined);
      const text = outputText(written.start, written.length);
      const message = JSON.parse(text) as Record<string, unknown>;
      const inner = message["info"] as Record<string, unknown> | undefined ?? {};
      const names = [...Object.keys(message).toSorted(), "duration", "signal", "type"];
      equal(JSON.stringify(message, names), text);
      for (
        const name of [
          "offererSessionId",
          "answererSessionId",
          "reason",
          "from",
          "to",
          "sessionToken",
          "responseToken",
        ] as const
      ) {
        equal(message[name] ?? "", value[name]);
      }
      const { more } = value;
      for (const name of ["transactionId", "contentType", "referToken"] as const) {
        equal(message[name] ?? "", more?.[name] ?? "");
      }
      deepEqual(
        [inner["type"] ?? "", inner["signal"] ?? "", inner["duration"] ?? -1],
        [more?.infoType ?? "", more?.signal ?? "", more?.duration ?? -1],
      );
      equal(message["seq"] ?? -1, value.seq);
      equal(message["tieBreaker"] ?? -1, value.tieBreaker);
      equal(message["moreComing"] ?? false, value.moreComing);
      equal(message["status"] ?? 0, value.status);
      equal(message["sdp"] ?? message["content"], hasBody ? body : undefined);
      load(outputBytes(written.start, written.length));
      const fault = roap.read(written.length);
      ok(fault === 0 || fault === codes.FAULT_MISSING_MEMBER);
      deepEqual(
        [roap.type, roap.seq, roap.tieBreaker, roap.moreComing, roap.errorType, roap.status],
        [value.type, value.seq, value.tieBreaker, value.moreComing, value.errorType, value.status],
      );
      equal(roap.text(roap.sdp === 0 ? roap.content : roap.sdp), hasBody ? body : "");
    }),
    { numRuns: 1000 },
  );
});

Deno.test("writeRoap takes a body exactly when it is UTF-8", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 60 }),
    brokenMessage.filter(({ length }) => length > 0),
  );
  fc.assert(
    fc.property(head, bytes, (value, body) => {
      resetOutput();
      const written = writeRoap(value, body);
      let text: string | undefined;
      try {
        text = decoder.decode(body);
      } catch {
        // No UTF-8: undefined is expected.
      }
      const message = written &&
        JSON.parse(outputText(written.start, written.length)) as Record<string, unknown>;
      equal(message && (message["sdp"] ?? message["content"]), text);
    }),
    { numRuns: 2000 },
  );
});
