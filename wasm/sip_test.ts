import assert from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { loadText } from "./codec.ts";
import { sip } from "./sip.ts";
import { changed, message } from "./sip_sample.ts";

const invite = [
  "INVITE sip:bob@example.org;transport=tcp SIP/2.0",
  "Via: SIP/2.0/UDP [2001:DB8::1]:5080;branch=z9hG4bKa1;rport;received=9.9.9.9, SIP/2.0/WSS x.invalid;branch=z9hG4bKb2",
  "v: SIP/2.0/TLS third.example.org;branch=z9hG4bKc3;maddr=10.0.0.1",
  "Max-Forwards: 69",
  "Record-Route: <sip:p2.example.org;lr>, <sip:p1.example.org;lr>",
  "Record-Route: <sip:p0.example.org>",
  "Route: <sip:edge.example.org;lr>;x=1",
  'f: "A \\" <sip:no@x>" <sip:alice@example.com>;tag=88sja8x',
  "To: Bob Builder <sip:bob@example.org>",
  "i: 987asjd97y7atg@host",
  "CSeq: 986759 INVITE",
  "Contact: <sip:alice@192.0.2.1:5080;transport=udp>;expires=60;q=0.5, sip:second@192.0.2.2;expires=7",
  "k: 100rel,  Timer",
  "Supported: replaces",
  'Authorization: Digest username="al\\"ice", realm="x", nonce=abc==, qop=auth',
  "X-Unknown: über",
  "c: application/sdp;charset=utf-8",
  "l: 4",
];

function read(text: string): number {
  return sip.read(loadText(text));
}

Deno.test("sip reads the routing fields of a request", () => {
  assert.equal(read(message(invite, "v=0\nrest is ignored")), 0);
  assert.equal(sip.isRequest, true);
  assert.equal(sip.answerable, true);
  assert.equal(sip.method, codes.METHOD_INVITE);
  assert.equal(sip.text(sip.requestUri), "sip:bob@example.org;transport=tcp");
  assert.equal(sip.text(sip.viaHost), "[2001:DB8::1]");
  assert.equal(sip.viaPort, 5080);
  assert.equal(sip.viaTransport, codes.TRANSPORT_UDP);
  assert.equal(sip.viaRport, true);
  assert.equal(sip.viaCount, 3);
  assert.equal(sip.text(sip.branch), "z9hG4bKa1");
  assert.equal(sip.maxForwards, 69);
  assert.equal(sip.text(sip.routeUri), "sip:edge.example.org;lr");
  assert.equal(sip.text(sip.fromDisplay), '"A \\" <sip:no@x>"');
  assert.equal(sip.text(sip.fromUri), "sip:alice@example.com");
  assert.equal(sip.text(sip.fromTag), "88sja8x");
  assert.equal(sip.text(sip.to), "Bob Builder <sip:bob@example.org>");
  assert.equal(sip.text(sip.toUri), "sip:bob@example.org");
  assert.equal(sip.toTag, 0);
  assert.equal(sip.text(sip.callId), "987asjd97y7atg@host");
  assert.equal(sip.cseq, 986759);
  assert.equal(sip.contactCount, 2);
  assert.equal(sip.text(sip.contactUri), "sip:alice@192.0.2.1:5080;transport=udp");
  assert.equal(sip.contactExpires, 60);
  assert.equal(sip.text(sip.contentType), "application/sdp");
  assert.equal(sip.contentLength, 4);
  assert.equal(sip.text(sip.body), "v=0\n");
  assert.equal(sip.expires, -1);
});

Deno.test("sip gives lines, parameters and list members", () => {
  read(message(invite, "v=0\n"));
  assert.equal(sip.count(codes.HEADER_VIA), 2);
  assert.equal(
    sip.text(sip.value(codes.HEADER_VIA, 1)),
    "SIP/2.0/TLS third.example.org;branch=z9hG4bKc3;maddr=10.0.0.1",
  );
  assert.equal(sip.value(codes.HEADER_VIA, 2), 0);
  assert.equal(sip.value(codes.HEADER_EVENT), 0);
  assert.ok(sip.lists(codes.HEADER_SUPPORTED, "TIMER"));
  assert.ok(sip.lists(codes.HEADER_SUPPORTED, "replaces"));
  assert.ok(!sip.lists(codes.HEADER_SUPPORTED, "rel"));
  const credentials = sip.value(codes.HEADER_AUTHORIZATION);
  assert.equal(sip.param(credentials, "Username"), 'al"ice');
  assert.equal(sip.param(credentials, "nonce"), "abc==");
  assert.equal(sip.param(credentials, "qop"), "auth");
  assert.equal(sip.param(credentials, "name"), undefined);
  assert.equal(sip.param(sip.value(codes.HEADER_ROUTE), "lr"), undefined);
  assert.equal(sip.param(sip.value(codes.HEADER_ROUTE), "x"), "1");
  assert.equal(sip.text(sip.value(codes.HEADER_OTHER)), "über");
});

Deno.test("sip selects a Contact among several", () => {
  read(message(invite, "v=0\n"));
  assert.ok(sip.selectContact(1));
  assert.equal(sip.text(sip.contactUri), "sip:second@192.0.2.2");
  assert.equal(sip.text(sip.contact), "sip:second@192.0.2.2;expires=7");
  assert.equal(sip.contactExpires, 7);
  assert.ok(!sip.selectContact(2));
  assert.ok(sip.selectContact(0));
  assert.equal(sip.param(sip.contact, "q"), "0.5");
  assert.equal(read(changed("Contact", "Contact: *")), 0);
  assert.ok(sip.contactStar && sip.contactCount === 1 && !sip.selectContact(0));
});

Deno.test("sip selects Contacts in any order, over lines and commas, and none of another message", () => {
  const uris = Array.from({ length: 9 }, (_, nth) => `sip:c${nth}@192.0.2.2`);
  const [a, b, c, d, e, f, g, h, i] = uris.map((uri) => `<${uri}>`);
  const lines = [`${a} , ${b};q=1,${c}`, `${d}`, `"x, y" ${e},\r\n ${f}`, `${g},${h}`, `${i}`];
  assert.equal(read(changed("Contact", lines.map((line) => `Contact: ${line}`).join("\r\n"))), 0);
  assert.equal(sip.contactCount, 9);
  for (const nth of [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 4, 5, 5, 0, 8, 3, 1, 7, 0]) {
    assert.ok(sip.selectContact(nth));
    assert.equal(sip.text(sip.contactUri), uris[nth]);
    assert.ok(!sip.selectContact(9) && !sip.selectContact(4294967295));
    assert.equal(sip.text(sip.contactUri), uris[nth]);
  }
  assert.notEqual(read(changed("Contact", `Contact: ${a},${b},<`)), 0);
  assert.ok(sip.selectContact(1) && !sip.selectContact(2));
  assert.notEqual(read(changed("Contact", `Contact: *\r\nContact: ${a}`)), 0);
  assert.ok(!sip.selectContact(0) && !sip.selectContact(1));
  assert.notEqual(read(""), 0);
  assert.ok(!sip.selectContact(0));
});

Deno.test("sip makes keys and the lines of a response", () => {
  read(message(invite, "v=0\n"));
  assert.equal(sip.serverKey(), "z9hG4bKa1 [2001:db8::1]:5080 INVITE");
  assert.equal(sip.clientKey(), "z9hG4bKa1 INVITE");
  assert.deepEqual(sip.responseLines("192.0.2.9", 1234).split("\n"), [
    "Via: SIP/2.0/UDP [2001:DB8::1]:5080;branch=z9hG4bKa1;received=192.0.2.9;rport=1234, SIP/2.0/WSS x.invalid;branch=z9hG4bKb2",
    "Via: SIP/2.0/TLS third.example.org;branch=z9hG4bKc3;maddr=10.0.0.1",
    "Record-Route: <sip:p2.example.org;lr>, <sip:p1.example.org;lr>",
    "Record-Route: <sip:p0.example.org>",
    'From: "A \\" <sip:no@x>" <sip:alice@example.com>;tag=88sja8x',
    "Call-ID: 987asjd97y7atg@host",
    "CSeq: 986759 INVITE",
  ]);
  assert.equal(sip.routeSet(false), "<sip:p2.example.org;lr>, <sip:p1.example.org;lr>, <sip:p0.example.org>");
  assert.equal(sip.routeSet(true), "<sip:p0.example.org>, <sip:p1.example.org;lr>, <sip:p2.example.org;lr>");
  read(changed("start", "INVITE sip:bob@example.org SIP/2.0"));
  assert.match(sip.responseLines("192.0.2.1", 5060), /^Via: SIP\/2.0\/UDP 192.0.2.1;branch=z9hG4bKa1\n/);
  assert.equal(sip.routeSet(true), "");
});

Deno.test("sip gives an ACK the INVITE's server key, with and without the magic cookie", () => {
  for (const branch of ["z9hG4bKa1", "old", "z9hG4bK"]) {
    const via = `Via: SIP/2.0/UDP 192.0.2.1;branch=${branch}`;
    read(changed("Via", via));
    const key = sip.serverKey();
    read(
      changed("Via", via).replace("INVITE sip", "ACK sip").replace("1 INVITE", "1 ACK").replace(
        "example.org>",
        "example.org>;tag=z",
      ),
    );
    assert.equal(sip.serverKey(), key);
    assert.equal(sip.answerable, false);
  }
});

Deno.test("sip reads a response", () => {
  const text = changed("start", "SIP/2.0 180 Es läutet").replace("1 INVITE", "7 NEWTHING");
  assert.equal(read(text), 0);
  assert.equal(sip.isRequest, false);
  assert.equal(sip.answerable, false);
  assert.equal(sip.status, 180);
  assert.equal(sip.text(sip.reason), "Es läutet");
  assert.equal(sip.method, codes.METHOD_OTHER);
  assert.equal(sip.text(sip.methodText), "NEWTHING");
  assert.equal(read(changed("start", "SIP/2.0 200 ")), 0);
  assert.equal(sip.text(sip.reason), "");
});

Deno.test("sip joins folded lines in place and takes white space where the grammar has it", () => {
  const text = message([
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
    "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8',
    "MaX-fOrWaRdS: 0068",
    "Call-ID: wsinv.ndaksdj@192.0.2.1",
    "Content-Length   : 2",
    "cseq: 0009\r\n  INVITE",
    "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw",
    "s :",
    "NewFangledHeader:   newfangled value\r\n continued newfangled value",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;",
    "Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239",
    'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33',
  ], "hi");
  assert.equal(read(text), 0);
  assert.equal(sip.viaCount, 3);
  assert.equal(sip.text(sip.toUri), "sip:vivekg@chair-dnrc.example.com");
  assert.equal(sip.text(sip.toTag), "1918181833n");
  assert.equal(sip.text(sip.fromTag), "98asjd8");
  assert.equal(sip.maxForwards, 68);
  assert.equal(sip.cseq, 9);
  assert.equal(
    sip.text(sip.value(codes.HEADER_OTHER)),
    "newfangled value   continued newfangled value",
  );
  assert.equal(sip.text(sip.value(codes.HEADER_SUBJECT)), "");
  assert.equal(sip.param(sip.contact, "q"), "0.33");
});

Deno.test("sip skips line breaks before the start line", () => {
  assert.equal(
    read("\r\n\r\n" + changed("start", "OPTIONS tel:+1-201 SIP/2.0").replace("1 INVITE", "1 OPTIONS")),
    0,
  );
  assert.equal(sip.method, codes.METHOD_OPTIONS);
});

Deno.test("sip.text throws for a span outside the message", () => {
  read(changed("X", "X: y"));
  assert.throws(() => sip.text(60000 << 16 | 5), RangeError);
  assert.throws(() => sip.bytes((0xffff << 16 | 0xffff) >>> 0), RangeError);
});
