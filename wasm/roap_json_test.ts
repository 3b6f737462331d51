import { deepEqual, equal } from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { load, loadText } from "./codec.ts";
import { roap } from "./roap.ts";

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

function read(message: unknown): number {
  return roap.read(loadText(typeof message === "string" ? message : JSON.stringify(message)));
}

function offer(extra: object = {}): Record<string, unknown> {
  return { messageType: "OFFER", offererSessionId: "o", seq: 1, sdp, ...extra };
}

/** An OFFER with one more member whose value is given as JSON text. */
function offerWith(member: string, json: string): string {
  const { [member]: _, ...rest } = offer();
  return `${JSON.stringify(rest).slice(0, -1)},"${member}":${json}}`;
}

Deno.test("roap takes whole numbers however written, and no others", () => {
  const whole = [
    ["0", 0],
    ["-0", 0],
    ["-0.0e5", 0],
    ["0e999999999999", 0],
    ["1.0", 1],
    ["1e2", 100],
    ["1E+2", 100],
    ["100e-2", 1],
    ["0.1e1", 1],
    ["4294967295", 4294967295],
    ["4294967295.000", 4294967295],
    ["429496729.5e1", 4294967295],
    ["1000000000", 1000000000],
    ["1234567890.0", 1234567890],
    ["123456789e1", 1234567890],
    ["10000000000e-1", 1000000000],
    [`1${"0".repeat(50)}e-50`, 1],
  ] as const;
  for (const [text, value] of whole) {
    equal(read(offerWith("seq", text)), 0, text);
    equal(roap.seq, value, text);
  }
  const refused = [
    "-1",
    "4294967296",
    "1e400",
    "1e-400",
    "0.5",
    "1e10",
    "9999999999",
    "10000000000",
    "99999999999",
    "18446744073709551617",
    "1e99999999999",
  ];
  for (const text of refused) {
    equal(read(offerWith("seq", text)), codes.FAULT_MEMBER_NUMBER, text);
    equal(roap.faultMember, "seq");
    equal(roap.seq, -1);
  }
  for (
    const text of ["01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "-01", "00"]
  ) {
    equal(
      read(offerWith("seq", text)),
      text === "NaN" || text === "Infinity" || text === "+1" || text === ".5"
        ? codes.FAULT_NOT_JSON
        : codes.FAULT_NOT_JSON,
      text,
    );
  }
  for (const text of ['"1"', "true", "[]", "{}"]) {
    equal(read(offerWith("seq", text)), codes.FAULT_MEMBER_TYPE, text);
  }
  for (const text of ["0", "99", "700", "1e3", "-200"]) {
    equal(read(offerWith("status", text)), codes.FAULT_MEMBER_NUMBER, text);
  }
});

Deno.test("roap refuses a member met twice", () => {
  const pairs = [
    ["seq", "seq"],
    ["tieBreaker", "tiebreaker"],
    ["moreComing", "moreComingFlag"],
    ["offererSessionId", "offerSessionId"],
    ["seq", "\\u0073eq"],
  ] as const;
  for (const [first, second] of pairs) {
    equal(read(`{"${first}":null,"${second}":1}`), codes.FAULT_DUPLICATE_MEMBER, second);
    equal(roap.faultMember, first);
  }
  equal(read(JSON.stringify(offer()).slice(0, -1) + ',"x":1,"x":2}'), 0);
});

Deno.test("roap reads names with escapes", () => {
  equal(read('{"\\u006dessageType":"\\u004fK","\\u0073eq":3,"offerer\\u0053essionId":"o"}'), 0);
  deepEqual([roap.type, roap.seq], [codes.ROAP_OK, 3]);
  equal(read('{"messageType":"OK","seq\\ud800":3,"seq":4,"offererSessionId":"o","\\u0000":1}'), 0);
  equal(roap.seq, 4);
});

Deno.test("roap unescapes", () => {
  for (
    const text of [
      '\b\f\n\r\t"\\/',
      "é\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}",
      "\u0000\u001f\u007f\u2028",
    ]
  ) {
    const escaped = [...Array(text.length).keys()]
      .map((index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join("");
    equal(read(offerWith("sdp", `"${escaped}"`)), 0);
    equal(roap.text(roap.sdp), text);
    equal(read(offerWith("sdp", JSON.stringify(text))), 0);
    equal(roap.text(roap.sdp), text);
  }
  equal(read(offerWith("sdp", '"\\/\\uABcd"')), 0);
  equal(roap.text(roap.sdp), "/\uabcd");
  for (
    const escape of [
      "\\u12",
      "\\u12g4",
      "\\x",
      "\\",
      "\\U0041",
      "\\ud800",
      "\\udc00",
      "\\ud800\\u0041",
      "\\ud800\\ud800",
      "\\ud800x",
    ]
  ) {
    equal(
      read(offerWith("sdp", `"${escape}"`)),
      escape === "\\" ? codes.FAULT_NOT_JSON : codes.FAULT_BAD_ESCAPE,
      escape,
    );
    equal(roap.faultMember, "sdp");
  }
  equal(read(offerWith("other", '"\\ud800"')), 0);
});

Deno.test("roap refuses control characters in ids, tokens and addresses", () => {
  const texts = ["offererSessionId", "answererSessionId", "to", "from", "sessionToken", "setResponseToken"];
  for (const member of texts) {
    for (
      const control of ["\0", "\n", "\r", "\t", "\x1f", "\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029"]
    ) {
      equal(read(offer({ [member]: `a${control}b` })), codes.FAULT_CONTROL_CHARACTER, member);
      equal(roap.faultMember, member);
    }
    for (const fine of [" ", "~", "\xa0", "\u2027", "\u202a", "\u3000"]) {
      equal(read(offer({ [member]: `a${fine}b` })), 0, member);
    }
  }
  equal(read('{"messageType":"O\nK"}'), codes.FAULT_CONTROL_CHARACTER);
});

Deno.test("roap limits the length of texts", () => {
  for (
    const [member, limit] of [["offererSessionId", 256], ["sessionToken", 256], ["to", 1024], [
      "from",
      1024,
    ]] as const
  ) {
    equal(read(offer({ [member]: "x".repeat(limit) })), 0);
    equal(read(offer({ [member]: "x".repeat(limit + 1) })), codes.FAULT_MEMBER_TOO_LONG);
    equal(roap.faultMember, member);
  }
  equal(read(offer({ offererSessionId: "é".repeat(129) })), codes.FAULT_MEMBER_TOO_LONG);
  equal(read(offer({ sdp: "x".repeat(65000) })), 0);
  equal(roap.text(roap.sdp).length, 65000);
  equal(read(offer({ sdp: "x".repeat(65536) })), codes.FAULT_TOO_LONG);
  const size = JSON.stringify(offer({ sdp: "" })).length;
  equal(read(offer({ sdp: "x".repeat(65536 - size) })), 0);
});

Deno.test("roap refuses what is not JSON", () => {
  const cases = [
    ["", codes.FAULT_NOT_OBJECT],
    ["[]", codes.FAULT_NOT_OBJECT],
    ['"x"', codes.FAULT_NOT_OBJECT],
    ["\ufeff{}", codes.FAULT_NOT_OBJECT],
    ["{", codes.FAULT_NOT_JSON],
    ["{,}", codes.FAULT_NOT_JSON],
    ['{"a"}', codes.FAULT_NOT_JSON],
    ['{"a":}', codes.FAULT_NOT_JSON],
    ['{"a":1,}', codes.FAULT_NOT_JSON],
    ['{"a":[1,]}', codes.FAULT_NOT_JSON],
    ['{"a":[1}}', codes.FAULT_NOT_JSON],
    ['{"a":{"b":1]}', codes.FAULT_NOT_JSON],
    ['{"a":tru}', codes.FAULT_NOT_JSON],
    ['{"a":TRUE}', codes.FAULT_NOT_JSON],
    ["{a:1}", codes.FAULT_NOT_JSON],
    ["{'a':1}", codes.FAULT_NOT_JSON],
    ['{"a":1 "b":2}', codes.FAULT_NOT_JSON],
    ['{"a":"x', codes.FAULT_NOT_JSON],
    ['{"a":1}/**/', codes.FAULT_TRAILING_TEXT],
    ['{"a":1}{}', codes.FAULT_TRAILING_TEXT],
    ['{"a":1}\0', codes.FAULT_TRAILING_TEXT],
    ["{}", codes.FAULT_MISSING_MEMBER],
  ] as const;
  for (const [text, fault] of cases) equal(read(text), fault, text);
  equal(roap.read(-1), codes.FAULT_TOO_LONG);
});

Deno.test("roap limits the depth of nesting", () => {
  for (const [open, close] of [["[", "]"], ['{"a":', "}"], ['[{"a":', "}]"]] as const) {
    const levels = open.startsWith("[{") ? 2 : 1;
    const nested = (times: number) => offerWith("x", open.repeat(times) + "1" + close.repeat(times));
    equal(read(nested(Math.floor(31 / levels))), 0);
    equal(read(nested(32)), codes.FAULT_TOO_DEEP);
    equal(read(offerWith("x", open.repeat(10000))), codes.FAULT_TOO_DEEP);
  }
});

Deno.test("roap refuses what is not UTF-8", () => {
  const bad = [
    [0x80],
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x9f, 0xbf],
    [0xed, 0xa0, 0x80],
    [0xf0, 0x8f, 0xbf, 0xbf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xc3],
    [0xe2, 0x82],
    [0xff],
  ];
  const [before, after] = offerWith("x", '"@"').split("@").map((text) => new TextEncoder().encode(text));
  for (const bytes of bad) {
    equal(
      roap.read(load(new Uint8Array([...before!, ...bytes, ...after!]))),
      codes.FAULT_NOT_UTF8,
      `${bytes}`,
    );
  }
});

Deno.test("roap reads the object info, in the message or in an envelope's", () => {
  const info = { type: "DTMF", signal: "5", duration: 160, other: [{}] };
  const message = { messageType: "INFO", offererSessionId: "o", info };
  for (const whole of [message, { orig: "a", roap: { type: "INFO", offererSessionId: "o", info } }]) {
    equal(read(whole), 0);
    deepEqual([roap.text(roap.infoType), roap.text(roap.signal), roap.duration], ["DTMF", "5", 160]);
    equal(roap.type, codes.ROAP_INFO);
  }
  equal(read({ ...message, info: { signal: 5, duration: "160" } }), 0);
  deepEqual([roap.text(roap.infoType), roap.text(roap.signal), roap.duration], ["", "5", 160]);
  equal(read({ ...message, info: null }), 0);
  // what stands in it means nothing outside it, and the other way round
  equal(read({ ...message, info: {}, signal: { a: 1 }, duration: "x" }), 0);
  deepEqual([roap.signal, roap.duration], [0, -1]);
  equal(read({ ...message, info: { seq: "x", messageType: 1, info: "x" } }), 0);
  for (const wrong of ["x", 1, [], true]) equal(read({ ...message, info: wrong }), codes.FAULT_MEMBER_TYPE);
  equal(read({ ...message, info: { duration: 0.5 } }), codes.FAULT_MEMBER_NUMBER);
  equal(roap.faultMember, "duration");
  equal(read({ ...message, info: { signal: "\n" } }), codes.FAULT_CONTROL_CHARACTER);
  equal(
    read('{"messageType":"INFO","offererSessionId":"o","info":{"type":"a","type":"b"}}'),
    codes.FAULT_DUPLICATE_MEMBER,
  );
  equal(
    read('{"messageType":"INFO","offererSessionId":"o","info":{},"info":{}}'),
    codes.FAULT_DUPLICATE_MEMBER,
  );
});

Deno.test("roap wants neither session nor seq of an OK to a request of its own", () => {
  equal(read({ messageType: "OK", transactionId: "t" }), 0);
  equal(roap.text(roap.transactionId), "t");
  equal(read({ messageType: "OK" }), codes.FAULT_MISSING_MEMBER);
  equal(read({ messageType: "SHUTDOWN", transactionId: "t" }), codes.FAULT_MISSING_MEMBER);
  equal(read({ messageType: "REFER", transactionId: "t" }), codes.FAULT_MISSING_MEMBER);
});
