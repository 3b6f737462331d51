import assert from "node:assert/strict";
import fc from "fast-check";
import { METHOD_ACK, METHOD_INVITE, METHOD_OTHER } from "./assembly/codes.ts";
import { load, loadText, outputBytes, outputText, resetOutput, type Written } from "./codec.ts";
import { createCodec, loadModule } from "./loader.ts";
import { roap } from "./roap.ts";
import { sip } from "./sip.ts";
import {
  keepLine,
  methodName,
  reasonPhrase,
  type RequestHead,
  type ResponseHead,
  writeRequest,
  writeResponse,
} from "./sip_writer.ts";
import { uri } from "./uri.ts";

const request: RequestHead = {
  method: METHOD_INVITE,
  requestUri: "sip:bob@example.org",
  via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport",
  maxForwards: 70,
  route: "<sip:p1.example.org;lr>, <sip:p2.example.org;lr>",
  from: '"Zoë" <sip:zoe@example.com>;tag=1',
  to: "<sip:bob@example.org>",
  callId: "abc",
  cseq: 2147483647,
  contact: "<sip:zoe@192.0.2.1>",
  contentType: "application/sdp",
  lines: ["Allow: INVITE, ACK", "Supported: 100rel"],
};
const response: ResponseHead = {
  status: 200,
  reason: "",
  kept: "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa1\nFrom: <sip:a@b>;tag=1\nCall-ID: abc\nCSeq: 1 INVITE",
  to: "<sip:b@c>;tag=2",
  contact: "",
  contentType: "",
  lines: [],
};

function text({ start, length }: Written): string {
  const whole = outputText(start, length);
  resetOutput();
  return whole;
}

Deno.test("writeRequest writes all fields, Content-Length last", () => {
  assert.equal(
    text(writeRequest(request, new TextEncoder().encode("v=0\r\n"))),
    "INVITE sip:bob@example.org SIP/2.0\r\n" +
      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport\r\n" +
      "Max-Forwards: 70\r\n" +
      "Route: <sip:p1.example.org;lr>, <sip:p2.example.org;lr>\r\n" +
      'From: "Zoë" <sip:zoe@example.com>;tag=1\r\n' +
      "To: <sip:bob@example.org>\r\n" +
      "Call-ID: abc\r\n" +
      "CSeq: 2147483647 INVITE\r\n" +
      "Contact: <sip:zoe@192.0.2.1>\r\n" +
      "Allow: INVITE, ACK\r\n" +
      "Supported: 100rel\r\n" +
      "Content-Type: application/sdp\r\n" +
      "Content-Length: 5\r\n\r\nv=0\r\n",
  );
});

Deno.test("writeRequest leaves out what is empty", () => {
  const bare = { ...request, method: METHOD_ACK, maxForwards: 0, route: "", contact: "", lines: [], cseq: 0 };
  assert.equal(
    text(writeRequest(bare, undefined)),
    "ACK sip:bob@example.org SIP/2.0\r\n" +
      "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa1;rport\r\n" +
      "Max-Forwards: 0\r\n" +
      'From: "Zoë" <sip:zoe@example.com>;tag=1\r\n' +
      "To: <sip:bob@example.org>\r\n" +
      "Call-ID: abc\r\n" +
      "CSeq: 0 ACK\r\n" +
      "Content-Length: 0\r\n\r\n",
  );
});

Deno.test("writeResponse writes kept lines first and the RFC's phrase", () => {
  assert.equal(
    text(writeResponse({ ...response, lines: ["Server: x"], contact: "<sip:b@d>" }, undefined)),
    "SIP/2.0 200 OK\r\n" + response.kept.replaceAll("\n", "\r\n") +
      "\r\nTo: <sip:b@c>;tag=2\r\nContact: <sip:b@d>\r\nServer: x\r\nContent-Length: 0\r\n\r\n",
  );
  assert.match(
    text(writeResponse({ ...response, status: 499, reason: "Mine" }, undefined)),
    /^SIP\/2\.0 499 Mine\r\n/,
  );
  assert.equal(reasonPhrase(499), "Bad Request");
  assert.equal(methodName(METHOD_ACK), "ACK");
});

Deno.test("writeRequest takes a body from the message in the window", () => {
  sip.read(loadText(text(writeRequest(request, new TextEncoder().encode("v=0\r\n")))));
  const { start, length } = writeRequest({ ...request, cseq: 7 }, sip.body);
  assert.equal(sip.text(sip.body), "v=0\r\n");
  assert.ok(outputText(start, length).endsWith("\r\n\r\nv=0\r\n"));
  resetOutput();
});

Deno.test("writes follow each other in the arena until it is full", () => {
  const first = { ...writeResponse(response, undefined) };
  const before = outputText(first.start, first.length);
  const second = writeResponse({ ...response, status: 404 }, new Uint8Array(65536).fill(65));
  assert.equal(second.start, first.start + first.length);
  assert.equal(outputText(first.start, first.length), before);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) writeResponse(response, new Uint8Array(65536));
  }, RangeError);
  resetOutput();
  writeResponse(response, undefined);
  resetOutput();
});

const texts = ["requestUri", "via", "route", "from", "to", "callId", "contact", "contentType"] as const;

Deno.test("no text of a request can become a line", () => {
  const body = new TextEncoder().encode("v=0\r\n");
  for (const field of texts) {
    for (const evil of ["a\nEvil: x", "a\r\nEvil: x", "a\rb", "a\0b", "\n", "a\x7f", "\x0b"]) {
      assert.throws(() => writeRequest({ ...request, [field]: evil }, body), Error, field);
    }
    assert.throws(() => writeRequest({ ...request, [field]: "x\ny" }, body), /Line break in field/);
  }
  for (const line of ["", "no colon", "Evil : x", "A: b\nC: d", "A:b", "Content-Length: 7", "l: 7", "Ä: b"]) {
    assert.throws(() => writeRequest({ ...request, lines: [line] }, body), Error, line);
  }
  assert.throws(
    () => writeRequest({ ...request, requestUri: "sip:a b" }, body),
    /White space in field Request-URI/,
  );
  assert.throws(() => writeRequest({ ...request, via: "" }, body), /Nothing in field Via/);
  assert.throws(
    () => writeRequest({ ...request, lines: ["A: b", "bad"] }, body),
    /No header line in field line/,
  );
});

Deno.test("no text of a response can become a line", () => {
  for (const field of ["reason", "kept", "to", "contact", "contentType"]) {
    for (const evil of ["a\nb", "a\r\nb: c", "a\0b", "a\n\nb"]) {
      assert.throws(() => writeResponse({ ...response, [field]: evil }, undefined), Error, field);
    }
  }
  assert.throws(() => writeResponse({ ...response, kept: "" }, undefined), Error);
});

Deno.test("writes refuse numbers out of range", () => {
  for (const cseq of [-1, 2147483648, 1.5, NaN]) {
    assert.throws(() => writeRequest({ ...request, cseq }, undefined), RangeError);
  }
  for (const maxForwards of [-1, 256]) {
    assert.throws(() => writeRequest({ ...request, maxForwards }, undefined), RangeError);
  }
  for (const method of [0, METHOD_OTHER, 99]) {
    assert.throws(() => writeRequest({ ...request, method }, undefined), RangeError);
  }
  for (const status of [99, 700, NaN]) {
    assert.throws(() => writeResponse({ ...response, status }, undefined), RangeError);
  }
  assert.throws(
    () => writeResponse({ ...response, lines: ["A: " + "x".repeat(100_000)] }, undefined),
    RangeError,
  );
});

Deno.test("what is written reads back the same, whatever the texts", () => {
  fc.assert(fc.property(
    fc.record({
      from: fc.string({ unit: "grapheme" }),
      to: fc.string({ unit: "binary" }),
      reason: fc.string({ unit: "binary" }),
      line: fc.string({ unit: "binary-ascii" }),
      body: fc.uint8Array(),
    }),
    ({ from, to, reason, line, body }) => {
      const head = {
        ...response,
        kept: response.kept + `\nX: ${from}`,
        to: `<sip:b@c>;x="${to}"`,
        reason,
        lines: [line],
      };
      let written: Written;
      try {
        written = writeResponse(head, body);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof RangeError));
        return;
      }
      const bytes = outputBytes(written.start, written.length).slice();
      resetOutput();
      const lines = new TextDecoder().decode(bytes.subarray(0, bytes.length - body.length)).split("\r\n");
      assert.equal(lines.length, 4 + 1 + 1 + 1 + 1 + 1 + 2);
      sip.read(load(bytes));
      assert.deepEqual(sip.bytes(sip.body), body);
    },
  ));
});

Deno.test("writeRequest writes texts of every length, in ASCII and not", () => {
  for (let length = 1; length <= 130; length++) {
    for (const last of ["x", "é", "€", "😀", "\t"]) {
      const piece = "a".repeat(length - 1) + last;
      const head = {
        ...request,
        from: piece,
        contact: "",
        callId: `${length}`,
        lines: [`X: ${piece}`, "Y: z"],
      };
      const lines = text(writeRequest(head, undefined)).split("\r\n");
      assert.deepEqual(lines.slice(4, 7), [
        `From: ${piece}`,
        "To: <sip:bob@example.org>",
        `Call-ID: ${length}`,
      ]);
      assert.deepEqual(lines.slice(8, 11), [`X: ${piece}`, "Y: z", "Content-Length: 0"]);
    }
  }
});

Deno.test("writeRequest refuses a control character wherever it stands, and names its field", () => {
  for (let at = 0; at <= 70; at++) {
    const evil = "a".repeat(at) + "\x01" + "b".repeat(at % 20);
    assert.throws(() => writeRequest({ ...request, via: evil }, undefined), /Control character in field Via/);
    assert.throws(() => writeRequest({ ...request, callId: evil }, undefined), /in field Call-ID/);
    assert.throws(
      () => writeRequest({ ...request, lines: ["X: y", `Z: é${evil}`] }, undefined),
      /in field line/,
    );
    const spaced = "sip:" + "a".repeat(at) + " b";
    assert.throws(() => writeRequest({ ...request, requestUri: spaced }, undefined), /White space/);
  }
  assert.throws(() => writeRequest({ ...request, contact: "a\tb\x7f" }, undefined), /in field Contact/);
});

Deno.test("a half of a character does not become one with the next field", () => {
  const head = { ...request, from: "a\ud83d", to: "\ude00b" };
  assert.match(text(writeRequest(head, undefined)), /From: a\ufffd\r\nTo: \ufffdb\r\n/);
});

Deno.test("writeRequest writes a URI from the window between < and >", () => {
  for (let length = 1; length <= 70; length++) {
    const user = "u".repeat(length);
    roap.read(loadText(JSON.stringify({ messageType: "OK", to: `sip:${user}@b`, from: "sip:c" })));
    assert.equal(uri.readSpan(roap.to), 0);
    const written = text(writeRequest({ ...request, to: "ignored", toUri: roap.to }, undefined));
    assert.equal(written, text(writeRequest({ ...request, to: `<sip:${user}@b>` }, undefined)));
  }
  sip.read(loadText(text(writeRequest(request, new TextEncoder().encode("v=0\r\nEvil: x")))));
  assert.throws(
    () => writeRequest({ ...request, toUri: sip.body }, undefined),
    /Control character in field To/,
  );
  assert.throws(() => writeRequest({ ...request, toUri: sip.body + 1 }, undefined), RangeError);
});

Deno.test("keepLine changes nothing of what is written", async () => {
  const codec = createCodec(await loadModule());
  const lines = ["Allow: INVITE", "Supported: é", "X: " + "y".repeat(140), "Allow: BYE"];
  const heads = [lines, lines.toReversed(), ["A: b", ...lines, "C: d"], [lines[0]!, lines[0]!], []]
    .map((some) => ({ ...request, lines: some }));
  const whole = (head: RequestHead) => {
    const { start, length } = codec.writeRequest(head, undefined);
    return codec.outputText(start, length);
  };
  const before = heads.map(whole);
  for (const line of lines.slice(0, 3)) {
    codec.keepLine(line);
    codec.keepLine(line);
    assert.deepEqual(heads.map(whole), before);
  }
  for (const line of ["", "no colon", "A: b\nC: d", "Content-Length: 7", "A: \0"]) {
    assert.throws(() => codec.keepLine(line), Error, line);
  }
  assert.throws(() => writeRequest({ ...request, lines: [lines[0]!, "bad"] }, undefined), /No header line/);
  assert.throws(() => codec.keepLine("X: " + "y".repeat(166)), RangeError);
  for (let i = 3; i < 16; i++) codec.keepLine(`X-${i}: ${i}`);
  assert.throws(() => codec.keepLine("One: more"), RangeError);
  codec.keepLine(lines[0]!);
  assert.deepEqual(heads.map(whole), before);
});

Deno.test("lines are those of this message, whatever the one before had", () => {
  const [one, two] = ["X-One: 1", "X-Two: 2"];
  keepLine(one);
  keepLine(two);
  const list = [one, two];
  const written = (lines: readonly string[]) =>
    text(writeRequest({ ...request, lines }, undefined)).split("\r\n").filter((line) =>
      line.startsWith("X-")
    );
  assert.deepEqual(written(list), [one, two]);
  assert.deepEqual(written(list), [one, two]);
  assert.deepEqual(written([one]), [one]);
  assert.deepEqual(written([two, one]), [two, one]);
  list[0] = "X-New: 0";
  assert.deepEqual(written(list), ["X-New: 0", two]);
  assert.deepEqual(written(list), ["X-New: 0", two]);
  list[0] = "X-New: é";
  assert.deepEqual(written(list), ["X-New: é", two]);
  assert.deepEqual(written([one, two]), [one, two]);
  const ok = text(writeResponse({ ...response, lines: [one, two] }, undefined)).split("\r\n");
  assert.deepEqual(ok.filter((line) => line.startsWith("X-")), [one, two]);
  assert.throws(() => written([""]), Error);
  assert.throws(() => written([""]), Error);
  resetOutput();
});

Deno.test("Content-Type is written with a body, whatever it is", () => {
  for (const contentType of ["application/sdp", "text/plain", "application/sdp;x=é", ""]) {
    for (const callId of ["1@a", "é@a"]) {
      for (const body of [undefined, new TextEncoder().encode("v=0\r\n")]) {
        const lines = ["Allow: INVITE"];
        const end = body === undefined ? "Content-Length: 0\r\n\r\n" : "Content-Length: 5\r\n\r\nv=0\r\n";
        const type = body === undefined || contentType === "" ? "" : `Content-Type: ${contentType}\r\n`;
        const whole = `\r\nAllow: INVITE\r\n${type}${end}`;
        const invite = text(writeRequest({ ...request, callId, contentType, lines }, body));
        assert.ok(invite.endsWith(whole) && invite.includes(`\r\nCall-ID: ${callId}\r\n`), invite);
        const ok = text(
          writeResponse({ ...response, to: `<sip:a@b>;tag=${callId}`, contentType, lines }, body),
        );
        assert.ok(ok.endsWith(whole) && ok.includes(`;tag=${callId}\r\n`), ok);
      }
    }
  }
  resetOutput();
});

Deno.test("a text that fits in characters and not in bytes is refused", () => {
  for (let length = 98_260; length < 98_280; length++) {
    const via = "é" + "x".repeat(length - request.requestUri.length - 1);
    const head = {
      ...request,
      via,
      route: "",
      from: "<sip:a@b>",
      to: "<sip:a@b>",
      callId: "1",
      contact: "",
      lines: [],
    };
    const whole = new TextEncoder().encode(via).length + 1 + "<sip:a@b>".length * 2 +
      request.requestUri.length;
    if (whole > 98_272) assert.throws(() => writeRequest(head, undefined), RangeError);
    else assert.ok(text(writeRequest(head, undefined)).includes(via));
    resetOutput();
  }
});

Deno.test("kept lines count when the arena is nearly full", () => {
  const line = "X-Kept: " + "x".repeat(150);
  keepLine(line);
  const lines = new Array(500).fill(line);
  let written = 0;
  assert.throws(() => {
    for (;;) written += writeRequest({ ...request, lines }, undefined).length;
  }, /Output arena is full/);
  assert.ok(written > 1_600_000 - 85_000 && written <= 1_703_936);
  resetOutput();
  assert.throws(() => writeRequest({ ...request, lines: new Array(513).fill(line) }, undefined), RangeError);
});
