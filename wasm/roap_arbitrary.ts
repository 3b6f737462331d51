// Arbitrary ROAP messages for property tests: well-formed, strange and broken ones.

import fc from "fast-check";

const names = [
  "messageType",
  "offererSessionId",
  "answererSessionId",
  "seq",
  "tieBreaker",
  "moreComing",
  "errorType",
  "status",
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
  "info",
  "signal",
  "duration",
  "offerSessionId",
  "answerSessionId",
  "tiebreaker",
  "moreComingFlag",
  "roap",
  "orig",
  "dest",
  "type",
  "error",
  "msgContent",
  "reason",
  "privacy",
];

/** What an OFFER must have. */
const required = '"messageType":"OFFER","offererSessionId":"o","seq":1,"sdp":"v=0\\r\\n"';

const types = ["OFFER", "ANSWER", "OK", "SHUTDOWN", "ERROR", "WAITING", "MESSAGE", "OFFER_RESPONSE", "HELLO"];
const numbers = [
  "0",
  "-0",
  "1",
  "1.0",
  "1e2",
  "1e400",
  "-1",
  "4294967295",
  "4294967296",
  "0.5",
  "1e-400",
  "01",
  "-",
];
const pieces = [
  "\r\n",
  "\\r\\n",
  '\\"',
  "\\\\",
  "\\u000a",
  "\\ud83d\\ude00",
  "\\ud800",
  "\\x",
  "é",
  "€",
  "😀",
  "\x7f",
  "\n",
  '"',
];

/** Inside of a JSON string: mostly plain text, long enough to fill several blocks. */
const inside = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.string({ maxLength: 40 }).map(escaped) }, fc.constantFrom(...pieces)),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(""));

const space = fc.constantFrom("", "", "", " ", "\n", "\t \r\n");
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...names.filter((text) => !required.includes(`"${text}"`))) },
  fc.constantFrom(...names),
  fc.constantFrom(...names).map((text) => `\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}`),
  inside,
);

const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: inside.map((text) => `"${text}"`) },
  fc.constantFrom(...types, "TIMEOUT", "FAILED", "OFFLINE").map((text) => `"${text}"`),
  fc.constantFrom(...numbers, "null", "true", "false", '"true"', '"7"', "tru", "[]", "{}"),
  fc.nat().map(String),
  fc.json({ maxDepth: 3 }),
);

/** A value that the member may have; names written with escapes count as unknown here. */
function fitting(key: string): fc.Arbitrary<string> {
  switch (key) {
    case "messageType":
      return fc.constantFrom(...types).map((text) => `"${text}"`);
    case "seq":
    case "status":
    case "tieBreaker":
    case "tiebreaker":
      return fc.constantFrom("1", "1.0", "1e2", "404", "4.8e2", "null");
    case "moreComing":
    case "moreComingFlag":
    case "privacy":
      return fc.constantFrom("true", "false", '"true"', '"false"', "null");
    case "errorType":
      return fc.constantFrom('"TIMEOUT"', '"OFFLINE"', "null");
    case "roap":
    case "info":
      return fc.constantFrom("null", "{}", '{"type":"DTMF","signal":5,"duration":"160"}');
    case "type":
    case "error":
      return fc.constantFrom("null", "1");
    default:
      return fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => JSON.stringify(text)),
        fc.constant("null"),
      );
  }
}

const entry = name.chain((key) =>
  fc.tuple(fc.oneof({ weight: 6, arbitrary: fitting(key) }, value), space)
    .map(([text, gap]) => [key, `"${key}"${gap}:${gap}${text}${gap}`] as const)
);
const entries = fc
  .oneof(
    { weight: 6, arbitrary: fc.uniqueArray(entry, { maxLength: 8, selector: ([key]) => key }) },
    fc.array(entry, { maxLength: 8 }),
  )
  .map((list) => list.map(([, text]) => text).join(","));

/** Text that is nearly a ROAP message: members right and wrong, twice or missing, sometimes in an envelope. */
export const nearMessage: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "SDP\n", " "),
    entries,
    fc.option(entries),
    fc.constantFrom("", "", "", " ", "x"),
  )
  .map(([before, outer, inner, after]) => {
    const start = '{"messageType":"OFFER","offererSessionId":"o","seq":1,"sdp":"v=0\\r\\n"';
    if (inner === null) return `${before}${start}${outer === "" ? "" : ","}${outer}}${after}`;
    return `${before}{${outer}${outer === "" ? "" : ","}"roap":{${inner}}}${after}`;
  });

/** The same with one byte changed, taken out or put in. */
export const brokenMessage: fc.Arbitrary<Uint8Array> = fc
  .tuple(nearMessage, fc.nat(), fc.nat(255), fc.nat(2))
  .map(([text, position, byte, kind]) => {
    const bytes = [...new TextEncoder().encode(text)];
    bytes.splice(position % (bytes.length + 1), kind === 2 ? 0 : 1, ...(kind === 1 ? [] : [byte]));
    return new Uint8Array(bytes);
  });

/** Text that may stand in an id, a token or an address. */
export const fieldText: fc.Arbitrary<string> = fc
  .string({ unit: "grapheme", maxLength: 40 })
  // deno-lint-ignore no-control-regex
  .map((text) => text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, ""));

/** Any text that UTF-8 can carry, with line ends in it. */
export const bodyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom("\r\n", "a=rtpmap:111 opus/48000/2\r\n", '"'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(""))
  .filter((text) => text !== "");

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
