// Texts of many lines: they take other ways through memory the further they move down, and whatever stops a line is met on each of them.

import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { FAULT_CONTROL_CHARACTER, FAULT_NOT_JSON, FAULT_NOT_UTF8, ROAP_ANSWER } from "./assembly/codes.ts";
import * as simd from "./codec.wasm";
import * as scalar from "./codec_scalar.wasm";
import { Codec } from "./instance.ts";

const codecs = [new Codec(simd), new Codec(scalar)];
const encoder = new TextEncoder();

/** Most lines end as those of SDP do. */
const end = fc.oneof(
  { weight: 12, arbitrary: fc.constant("\r\n") },
  { weight: 4, arbitrary: fc.constantFrom("\n", "\r", "\n\r", '"', "\\", "\t", "\u0001", "/", "\u007f") },
  {
    weight: 3,
    arbitrary: fc.constantFrom("é", "ж", "жжжжжжж", "\u2028", "漢字", "😀", "😀\r\n", "é\\\r\n\r\n"),
  },
);
const line = fc.tuple(fc.nat(140), end).map(([length, stop]) =>
  "abcdefghi".repeat(16).slice(0, length) + stop
);
const text = fc.array(line, { minLength: 1, maxLength: 80 }).map((lines) => lines.join(""));

function offer(sdp: string): string {
  return `{"messageType":"OFFER","offererSessionId":"a","sdp":${sdp},"seq":1}`;
}

Deno.test("a text of many lines is read as JSON.parse reads it, however its stops are written", () => {
  fc.assert(
    fc.property(text, fc.nat(6), (sdp, nth) => {
      let count = 0;
      // deno-lint-ignore no-control-regex -- ASCII begins with them
      const escaped = JSON.stringify(sdp).replace(/[a-i]|[^\x00-\x7f]|\\[nr]/gu, (found) => {
        const code = { "\\n": "\\u000a", "\\r": "\\u000D" }[found] ??
          [...new Array(found.length).keys()].map((at) =>
            `\\u${found.charCodeAt(at).toString(16).padStart(4, "0")}`
          ).join("");
        return nth > 0 && ++count % (nth * 53) === 0 ? code : found;
      });
      for (const { roap, ...codec } of codecs) {
        equal(roap.read(codec.memory.loadText(offer(escaped))), 0);
        equal(new TextDecoder().decode(roap.bytes(roap.sdp)), sdp);
        equal(roap.seq, 1);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a text of many lines is written as JSON.parse wants it", () => {
  const head = {
    type: ROAP_ANSWER,
    offererSessionId: "a",
    answererSessionId: "b",
    seq: 1,
    tieBreaker: -1,
    moreComing: false,
    errorType: 0,
    status: 0,
    reason: "",
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
  };
  fc.assert(
    fc.property(text, (sdp) => {
      const written = codecs.map((codec) => {
        const { start, length } = codec.writeRoap(head, encoder.encode(sdp))!;
        const message = codec.outputText(start, length);
        codec.resetOutput();
        return message;
      });
      equal(JSON.parse(written[0]!).sdp, sdp);
      equal(written[0], written[1]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what may not stand in a text is refused where it stands, on whatever line", () => {
  const faults: [stop: number[], fault: number][] = [
    [[0x0a], FAULT_CONTROL_CHARACTER],
    [[0x00], FAULT_CONTROL_CHARACTER],
    [[0x80], FAULT_NOT_UTF8],
    [[0xc3], FAULT_NOT_UTF8],
    [[], FAULT_NOT_JSON],
  ];
  for (const lines of [0, 1, 7, 8, 9, 23, 24, 25, 60]) {
    for (const [stop, fault] of faults) {
      const before = encoder.encode(
        `{"messageType":"OFFER","offererSessionId":"a","sdp":"${"a=line of some length\\r\\n".repeat(lines)}`,
      );
      const rest = stop.length === 0 ? [] : [...encoder.encode('a=more\\r\\n"}')];
      const message = new Uint8Array([...before, ...stop, ...rest]);
      const seen = codecs.map((
        { roap, ...codec },
      ) => [roap.read(codec.memory.load(message)), roap.faultOffset]);
      deepEqual(seen, [[fault, before.length], [fault, before.length]], `${lines} lines, ${stop}`);
    }
  }
});
