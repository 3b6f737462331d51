import assert from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { OCCURS_LINES, OCCURS_LIST, OCCURS_ONCE } from "./assembly/header_codes.ts";
import { loadText } from "./codec.ts";
import { headers } from "./header.ts";
import { sip } from "./sip.ts";

const ids = Object.entries(codes).filter(([name]) => name.startsWith("HEADER_") && name !== "HEADER_OTHER");

Deno.test("headerName and headerId are each other's inverse, in whatever case", () => {
  for (const [constant, id] of ids) {
    const name = headers.name(id);
    assert.equal(name.toUpperCase().replaceAll("-", "_"), constant.slice("HEADER_".length));
    for (const spelt of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert.equal(headers.id(spelt), id, spelt);
    }
  }
  for (const other of ["", "Vi", "Viaa", "h", "1", "é", "a".repeat(65), "Content_Length", "Call ID"]) {
    assert.equal(headers.id(other), codes.HEADER_OTHER, other);
  }
  assert.throws(() => headers.name(0), RangeError);
  assert.throws(() => headers.row(96), RangeError);
});

Deno.test("a header line is found by its name, in whatever case, and by no other", () => {
  const spellings = (name: string): string[] => [
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    `${name}x`,
    `x${name}`,
    name.slice(0, -1),
    name.slice(1),
    name.slice(0, 4),
    name.replace(/.$/, "_"),
    name.replace(/^(.)./, "$1_"),
  ];
  for (const [constant] of ids) {
    const name = constant.slice("HEADER_".length).replaceAll("_", "-");
    for (const spelt of spellings(name)) {
      sip.read(loadText(`OPTIONS sip:a@b SIP/2.0\r\n${spelt}: 1\r\n${spelt}: 22\r\n\r\n`));
      const id = headers.id(spelt);
      assert.deepEqual([sip.text(sip.value(id)), sip.text(sip.value(id, 1))], ["1", "22"], spelt);
      if (id === codes.HEADER_OTHER) assert.equal(sip.text(sip.named(spelt, 1)), "22", spelt);
    }
  }
});

Deno.test("headerId knows the compact forms that are registered", () => {
  const compact = {
    a: "Accept-Contact",
    b: "Referred-By",
    c: "Content-Type",
    d: "Request-Disposition",
    e: "Content-Encoding",
    f: "From",
    i: "Call-ID",
    j: "Reject-Contact",
    k: "Supported",
    l: "Content-Length",
    m: "Contact",
    o: "Event",
    r: "Refer-To",
    s: "Subject",
    t: "To",
    u: "Allow-Events",
    v: "Via",
    x: "Session-Expires",
    y: "Identity",
  };
  for (const [letter, name] of Object.entries(compact)) {
    assert.equal(headers.name(headers.id(letter)), name);
    assert.equal(headers.id(letter.toUpperCase()), headers.id(letter));
  }
});

Deno.test("headerRow says of every header how often, by whom and when", () => {
  for (const [constant, id] of ids) {
    const row = headers.row(id);
    assert.ok(row.occurs >= 1 && row.occurs <= 4 && row.decoder >= 1 && row.decoder <= 15, constant);
  }
  assert.equal(headers.row(codes.HEADER_VIA).occurs, OCCURS_LIST);
  assert.equal(headers.row(codes.HEADER_CSEQ).occurs, OCCURS_ONCE);
  assert.equal(headers.row(codes.HEADER_WWW_AUTHENTICATE).occurs, OCCURS_LINES);
  assert.equal(headers.row(codes.HEADER_WWW_AUTHENTICATE).requiredWith, 401);
  assert.ok(headers.row(codes.HEADER_TO).requiredIn(codes.METHOD_OTHER));
  assert.ok(headers.row(codes.HEADER_RACK).requiredIn(codes.METHOD_PRACK));
  assert.ok(!headers.row(codes.HEADER_RACK).requiredIn(codes.METHOD_INVITE));
});

Deno.test("missingHeader finds what a method or a status asks for", () => {
  const read = (first: string, method: string, ...lines: string[]) => {
    const all = [
      first,
      "Via: SIP/2.0/UDP a;branch=z9hG4bK1",
      "From: <sip:a@b>;tag=1",
      "To: <sip:a@b>",
      "Call-ID: 1",
      `CSeq: 1 ${method}`,
      ...lines,
    ];
    sip.read(loadText(all.join("\r\n") + "\r\n\r\n"));
    return headers.missing();
  };
  const request = (method: string, ...lines: string[]) =>
    read(`${method} sip:a@b SIP/2.0`, method, "Max-Forwards: 70", ...lines);
  assert.equal(request("OPTIONS"), 0);
  assert.equal(read("OPTIONS sip:a@b SIP/2.0", "OPTIONS"), codes.HEADER_MAX_FORWARDS);
  assert.equal(request("INVITE"), codes.HEADER_CONTACT);
  assert.equal(request("INVITE", "m: <sip:a@b>"), 0);
  assert.equal(request("PRACK"), codes.HEADER_RACK);
  assert.equal(request("REFER", "Contact: <sip:a@b>"), codes.HEADER_REFER_TO);
  assert.equal(request("NOTIFY", "Contact: <sip:a@b>", "Event: x"), codes.HEADER_SUBSCRIPTION_STATE);
  assert.equal(read("SIP/2.0 200 OK", "OPTIONS"), 0);
  assert.equal(read("SIP/2.0 401 No", "OPTIONS"), codes.HEADER_WWW_AUTHENTICATE);
  assert.equal(read("SIP/2.0 423 No", "OPTIONS", "Min-Expires: 60"), 0);
});
