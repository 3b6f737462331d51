import { equal, notEqual, throws } from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { loadText, outputText, resetOutput } from "./codec.ts";
import { roap } from "./roap.ts";
import { type RoapHead, writeRoap } from "./roap_writer.ts";

const empty: RoapHead = {
  type: codes.ROAP_OK,
  offererSessionId: "",
  answererSessionId: "",
  seq: -1,
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
const sdp = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns="quoted" \\ tab\t\r\nt=0 0\r\n';
const encoder = new TextEncoder();

function write(head: Partial<RoapHead>, body?: Uint8Array | number): string | undefined {
  resetOutput();
  const written = writeRoap({ ...empty, ...head }, body);
  return written && outputText(written.start, written.length);
}

Deno.test("writeRoap writes the reference messages", () => {
  const ids = { answererSessionId: "answer_1", offererSessionId: "offer_1", seq: 1 };
  const body = encoder.encode("v=0\r\n");
  equal(
    write({ ...ids, type: codes.ROAP_OFFER, tieBreaker: 0 }, body),
    '{"answererSessionId":"answer_1","messageType":"OFFER","offererSessionId":"offer_1","sdp":"v=0\\r\\n","seq":1,"tieBreaker":0}',
  );
  equal(
    write({ ...ids, type: codes.ROAP_ANSWER }, body),
    '{"answererSessionId":"answer_1","messageType":"ANSWER","offererSessionId":"offer_1","sdp":"v=0\\r\\n","seq":1}',
  );
  equal(
    write(ids),
    '{"answererSessionId":"answer_1","messageType":"OK","offererSessionId":"offer_1","seq":1}',
  );
  equal(
    write({ ...ids, type: codes.ROAP_SHUTDOWN }),
    '{"answererSessionId":"answer_1","messageType":"SHUTDOWN","offererSessionId":"offer_1","seq":1}',
  );
  equal(
    write({ ...ids, type: codes.ROAP_ERROR, errorType: codes.ERROR_TYPE_TIMEOUT }),
    '{"answererSessionId":"answer_1","errorType":"TIMEOUT","messageType":"ERROR","offererSessionId":"offer_1","seq":1}',
  );
});

Deno.test("writeRoap writes numbers of every number of digits", () => {
  for (let power = 1; power <= 1e9; power *= 10) {
    for (const seq of [power - 1, power, power + 1, power * 2 + 5, 0xffffffff - power]) {
      if (seq > 0xffffffff) continue;
      const text = write({ offererSessionId: "o", seq, tieBreaker: seq });
      equal(text, `{"messageType":"OK","offererSessionId":"o","seq":${seq},"tieBreaker":${seq}}`);
    }
  }
  for (let seq = 0; seq < 10100; seq++) {
    equal(write({ offererSessionId: "o", seq }), `{"messageType":"OK","offererSessionId":"o","seq":${seq}}`);
  }
});

Deno.test("writeRoap writes every member, sorted by name", () => {
  const head = {
    type: codes.ROAP_ERROR,
    offererSessionId: 'o"\\é😀',
    answererSessionId: "a",
    seq: 4294967295,
    tieBreaker: 4294967294,
    moreComing: true,
    errorType: codes.ERROR_TYPE_DOUBLECONFLICT,
    status: 491,
    reason: 'any\ntext\0\x1f\x7f"\\\u2028 é😀',
    from: "sip:alice@example.org",
    to: "tel:+1234",
    sessionToken: "s",
    responseToken: "r",
  };
  const text = write(head, encoder.encode(sdp))!;
  const message = JSON.parse(text);
  equal(JSON.stringify(message), text);
  equal(Object.keys(message).join(), Object.keys(message).toSorted().join());
  const { type: _, ...same } = head;
  equal(
    JSON.stringify(message, Object.keys(message).toSorted()),
    JSON.stringify(
      { ...same, messageType: "ERROR", errorType: "DOUBLECONFLICT", sdp },
      Object.keys(message).toSorted(),
    ),
  );
  equal(Object.keys(message).length, 14);
});

Deno.test("writeRoap writes the names of all types and error types", () => {
  for (const [name, code] of Object.entries(codes)) {
    if (name.startsWith("ROAP_")) {
      equal(write({ type: code }), `{"messageType":"${name.slice(5)}"}`);
    }
    if (name.startsWith("ERROR_TYPE_")) {
      equal(write({ errorType: code }), `{"errorType":"${name.slice(11)}","messageType":"OK"}`);
    }
  }
});

Deno.test("writeRoap puts the body of a message that is no description into content", () => {
  const hello = encoder.encode("hello");
  equal(
    write({ type: codes.ROAP_MESSAGE, seq: 7 }, hello),
    '{"content":"hello","messageType":"MESSAGE","seq":7}',
  );
  equal(write({ type: codes.ROAP_PRANSWER }, hello), '{"messageType":"PRANSWER","sdp":"hello"}');
});

Deno.test("writeRoap takes the body from the window", () => {
  const message = { messageType: "OFFER", offererSessionId: "o", sdp, seq: 1 };
  equal(roap.read(loadText(JSON.stringify(message))), 0);
  const text = write(
    { type: codes.ROAP_OFFER, offererSessionId: roap.text(roap.offererSessionId), seq: 1 },
    roap.sdp,
  );
  equal(text, JSON.stringify(message));
  equal(write({}, 0), '{"messageType":"OK"}');
});

Deno.test("writeRoap escapes at every offset and length as JSON.stringify does", () => {
  for (const special of ["", "\r\n", "\r", "\n", '"', "\\", "\0", "\x1f", "\b\f\t", "é", "€", "😀", "\x7f"]) {
    for (let before = 0; before < 34; before++) {
      for (const after of [0, 1, 15, 16, 17]) {
        const text = "x".repeat(before) + special + "y".repeat(after);
        if (text === "") continue;
        equal(write({}, encoder.encode(text)), `{"messageType":"OK","sdp":${JSON.stringify(text)}}`);
      }
    }
  }
});

Deno.test("writeRoap answers undefined for a body that is no UTF-8", () => {
  for (
    const bytes of [[0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [
      0xf4,
      0x90,
      0x80,
      0x80,
    ], [0xff]]
  ) {
    for (let before = 0; before < 20; before++) {
      // What an earlier body left behind this one must not complete it.
      write({}, new Uint8Array(64).fill(0xbf));
      equal(write({}, new Uint8Array([...Array(before).fill(0x61), ...bytes])), undefined);
      equal(write({}, new Uint8Array([...Array(before).fill(0x61), ...bytes, 0x0d])), undefined);
    }
  }
});

Deno.test("writeRoap does not complete a character with what an earlier body left", () => {
  for (const character of ["é", "€", "😀"]) {
    for (let before = 0; before < 20; before++) {
      const whole = encoder.encode("x".repeat(before) + character + "y".repeat(20));
      for (let cut = 1; cut < encoder.encode(character).length; cut++) {
        notEqual(write({}, whole), undefined);
        equal(write({}, whole.subarray(0, before + cut)), undefined);
      }
    }
  }
});

Deno.test("writeRoap throws for a control character in a field, for no text of a reason", () => {
  const names = [
    "answererSessionId",
    "from",
    "offererSessionId",
    "responseToken",
    "sessionToken",
    "to",
  ] as const;
  for (const name of names) {
    for (const control of ["\n", "\r", "\0", "\x1f", "\x7f"]) {
      for (const text of [control, `a${control}`, `${control}b`, `a${control}b`, "x".repeat(40) + control]) {
        throws(() => write({ [name]: text, reason: "r" }), /^Error: Control character in field \w+$/);
      }
      throws(() => write({ [name]: `${"a".repeat(20)}\x01` }), {
        message: `Control character in field ${name}`,
      });
    }
  }
  equal(write({ reason: "\n\n\n" }), '{"messageType":"OK","reason":"\\n\\n\\n"}');
});

Deno.test("writeRoap throws for numbers out of range", () => {
  for (
    const head of [{ type: 0 }, { type: 17 }, { errorType: 7 }, { status: 700 }, { seq: -2 }, {
      seq: 2 ** 32,
    }, {
      tieBreaker: NaN,
    }]
  ) {
    throws(() => write(head), RangeError);
  }
});

Deno.test("writeRoap throws when the arena is full, and never writes past it", () => {
  resetOutput();
  const body = new Uint8Array(65536).fill(1);
  const starts: number[] = [];
  throws(() => {
    while (starts.length < 100) starts.push(writeRoap(empty, body)!.start);
  }, { message: "Output arena is full" });
  equal(starts.length, 4);
  throws(() => {
    while (starts.length < 100000) starts.push(writeRoap(empty, undefined)!.start);
  }, { message: "Output arena is full" });
  notEqual(starts.length, 4);
  throws(() => writeRoap(empty, new Uint8Array(65537)), RangeError);
  resetOutput();
});

Deno.test("outputText reads ASCII and other messages, whatever was written between them", () => {
  resetOutput();
  const bodies = ["v=0\r\n", "s=é\r\n", "s=a\r\n", "s=" + "b".repeat(300), "s=" + "€".repeat(120), "s=c"];
  const places: [start: number, length: number, body: string][] = [];
  for (const body of [...bodies, ...bodies.toReversed()]) {
    const written = writeRoap(
      { ...empty, type: codes.ROAP_OFFER, offererSessionId: "a" },
      encoder.encode(body),
    );
    if (written !== undefined) places.push([written.start, written.length, body]);
  }
  equal(places.length, 2 * bodies.length);
  for (const [start, length, body] of places) equal(JSON.parse(outputText(start, length)).sdp, body);
  resetOutput();
});

Deno.test("writeRoap writes fields of every length, in ASCII and not", () => {
  for (let length = 0; length <= 70; length++) {
    for (const last of ["", "é", "€", "😀", '"', "\\"]) {
      const from = "f".repeat(length) + last;
      const parsed = JSON.parse(
        write({ offererSessionId: "o" + from, from, sessionToken: "t", reason: `${from}\n`, to: from }) ?? "",
      );
      equal(parsed.from ?? "", from);
      equal(parsed.offererSessionId, `o${from}`);
      equal(parsed.sessionToken, "t");
      equal(parsed.reason, `${from}\n`);
      equal(parsed.to ?? "", from);
      throws(() => write({ from: `${from}\x7f`, to: "x" }), /Control character in field from/);
    }
  }
});

Deno.test("line breaks go to SIP and back at every offset of a block", () => {
  for (let offset = 0; offset <= 130; offset++) {
    for (const rest of [0, 15, 16, 17, 31, 32, 33, 64]) {
      const body = "a".repeat(offset) + "\r\n" + "é".repeat(offset % 3) + "b".repeat(rest) + '\r\n"\n';
      const text = write({ type: codes.ROAP_OFFER, offererSessionId: "a", seq: 1 }, encoder.encode(body)) ??
        "";
      equal(JSON.parse(text).sdp, body);
      equal(roap.read(loadText(text)), 0);
      equal(roap.text(roap.sdp), body);
    }
  }
});

Deno.test("writeRoap writes the members of requests of their own in their places", () => {
  const more = {
    transactionId: "t",
    contentType: "application/dtmf-relay",
    referToken: "r",
    infoType: "DTMF",
    signal: "#",
    duration: 160,
  };
  equal(
    write({ type: codes.ROAP_INFO, offererSessionId: "o", to: "b", more }, encoder.encode("x")),
    '{"content":"x","contentType":"application/dtmf-relay","info":{"duration":160,"signal":"#","type":"DTMF"},' +
      '"messageType":"INFO","offererSessionId":"o","referToken":"r","to":"b","transactionId":"t"}',
  );
  const bare = { ...more, contentType: "", infoType: "", signal: "", duration: -1, referToken: "" };
  equal(write({ more: bare }), '{"messageType":"OK","transactionId":"t"}');
  equal(
    write({ more: { ...bare, duration: 0 } }),
    '{"info":{"duration":0},"messageType":"OK","transactionId":"t"}',
  );
  for (const [member, name] of [["transactionId", "transactionId"], ["infoType", "type"]] as const) {
    throws(() => write({ more: { ...bare, [member]: "a\r\nb" } }), {
      message: `Control character in field ${name}`,
    });
  }
  throws(() => write({ more: { ...bare, duration: 2 ** 32 } }), RangeError);
});
