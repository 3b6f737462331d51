import { deepEqual, equal, ok } from "node:assert/strict";
import { bytesOf } from "./dictionary.ts";
import { readPlainRoap } from "./plain_roap.ts";
import { readPlainSip } from "./plain_sip.ts";
import { readPlainUri } from "./plain_uri.ts";

const head = "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n" +
  "From: sip:a@b;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1@a\r\nCSeq: 1 INVITE\r\n";

function read(text: string): string {
  const plain = readPlainSip(bytesOf(text));
  return "fault" in plain ? `${plain.header} ${plain.fault}`.trim() : "";
}

Deno.test("readPlainSip reads the fields of a message", () => {
  const plain = readPlainSip(
    bytesOf(`${head}m: "A \\" B" <sip:x@y;lr>;expires=60 , <sip:z>\r\nl: 2\r\n\r\nabc`),
  );
  ok("fields" in plain);
  const { branch, contactCount, contactExpires, contactUri, body, fromTag, toTag } = plain.fields;
  deepEqual([branch, contactCount, contactExpires, contactUri, body, fromTag, toTag], [
    "z9hG4bK1",
    2,
    60,
    "sip:x@y;lr",
    "ab",
    "1",
    "",
  ]);
});

Deno.test("readPlainSip says what is wrong and where", () => {
  equal(read(`${head}\r\n`), "");
  equal(read(head), "no blank line");
  equal(read(`${head}To: <sip:e@f>\r\n\r\n`), "to twice");
  equal(read(`${head}Max-Forwards: 256\r\n\r\n`), "max-forwards malformed");
  equal(read(`${head}l: 1\r\n\r\n`), "content-length truncated");
  equal(read(`${head}X\r\n : y\r\n\r\n`), "header line");
  equal(read(`${head}X: \x01\r\n\r\n`), "control character");
  equal(read(`${head}X: "\\\x01"\r\n\r\n`), "");
  equal(read(head.replace("1 INVITE", "1 BYE") + "\r\n"), "cseq another method");
  equal(read(head.replace("sip:bob", "sip:%zz") + "\r\n"), "Request-URI: shape");
});

Deno.test("readPlainUri takes what the grammar has and no more", () => {
  for (
    const text of [
      "sip:a",
      "sip:a:p@b.c:5060;lr;x=[y]?h=v&i=",
      "sips:1.2.3.4",
      "sip:[::ffff:1.2.3.4]",
      "tel:+1-2",
      "urn:x:y",
    ]
      .concat(["tel:7;phone-context=a", "sip:a@b.c.", "sip:[1:2:3:4:5:6:7:8]", "http://a/?b"])
  ) equal(typeof readPlainUri(text), "object", text);
  for (
    const text of [
      "sip:",
      "sip:@b",
      "sip:a@",
      "sip:a..b",
      "sip:1.2.3",
      "sip:[1::2::3]",
      "sip:a:0",
      "sip:a;lr;lr",
      "sip:a b",
    ]
      .concat(["tel:7", "tel:+-", ":x", "sip:a?b", "1:x", "sip:a;=b", "sip:[:1]"])
  ) equal(typeof readPlainUri(text), "string", text);
});

Deno.test("readPlainRoap sees what JSON.parse does not: names met twice, depth, numbers as written", () => {
  const ok = '{"messageType":"OK","offererSessionId":"o","seq":1';
  equal(typeof readPlainRoap(bytesOf(`${ok}}`)), "object");
  equal(readPlainRoap(bytesOf(`${ok},"\\u0073eq":1}`)), "seq twice");
  equal(readPlainRoap(bytesOf(`${ok},"x":${"[".repeat(32)}${"]".repeat(32)}}`)), "too deep");
  equal(typeof readPlainRoap(bytesOf(`${ok},"x":1,"x":2}`)), "object");
  equal(readPlainRoap(bytesOf(ok.replace("1", "1.00000000000000000001") + "}")), "seq: no such number");
});
