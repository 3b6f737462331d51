import assert from "node:assert/strict";
import { BYE, CONTACT, INVITE, RECORD_ROUTE, SipIndex, TO, VIA } from "./sip_index.ts";
import { Address, addressIn, uriIn, valuesIn } from "./sip_uri.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function read(text: string): { index: SipIndex; bytes: Uint8Array } | undefined {
  const bytes = encoder.encode(`xx${text}`);
  const index = new SipIndex();
  return index.read(bytes, 2, bytes.length) ? { index, bytes } : undefined;
}

Deno.test("SipIndex: a request, its URI, its lines in long and short form, its body", () => {
  const found = read(
    "INVITE sip:c1@127.0.0.1:5070 SIP/2.0\r\nv: SIP/2.0/UDP a\r\nVIA: SIP/2.0/UDP b\r\nt:<sip:x@y>\r\n" +
      "record-route:  <sip:r;lr>\r\nX: y\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\n",
  );
  assert.ok(found);
  const { index, bytes } = found;
  const text = (start: number, end: number) => decoder.decode(bytes.subarray(start, end));
  assert.equal(index.status, 0);
  assert.equal(index.method, INVITE);
  assert.equal(text(index.uriStart, index.uriEnd), "sip:c1@127.0.0.1:5070");
  assert.deepEqual([...index.kinds.subarray(0, index.lines)].filter((kind) => kind === VIA).length, 2);
  const to = index.find(TO);
  assert.equal(text(index.starts[to]!, index.ends[to]!), "t:<sip:x@y>\r\n");
  const route = index.find(RECORD_ROUTE);
  assert.equal(text(index.values[route]!, index.ends[route]!), "<sip:r;lr>\r\n");
  assert.equal(index.find(CONTACT), -1);
  assert.equal(text(index.bodyStart, index.end), "v=0\r\n");
});

Deno.test("SipIndex: a response has its status and the method of its CSeq", () => {
  const found = read("SIP/2.0 487 Request Terminated\r\nCSeq:  77 BYE\r\n\r\n");
  assert.equal(found?.index.status, 487);
  assert.equal(found?.index.method, BYE);
});

Deno.test("SipIndex: what is no whole message is none", () => {
  const text = "SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\n\r\n";
  for (let end = 0; end < text.length - 1; end++) {
    assert.equal(read(text.slice(0, end)), undefined, String(end));
  }
  assert.equal(read("SIP/2.0 200 OK\r\n\r\n"), undefined, "no CSeq");
  assert.equal(read("SIP/2.0 999 X\r\nCSeq: 1 BYE\r\n\r\n"), undefined, "no status");
  assert.equal(read(`BYE sip:a SIP/2.0\r\n${"X: y\r\n".repeat(65)}\r\n`), undefined, "too many lines");
});

Deno.test("valuesIn, uriIn: commas in quotes and brackets separate nothing", () => {
  const bytes = encoder.encode(`"a, <b>" <sip:a,b@h;lr>;x=1 , <sip:c> , sip:d;e\r\n`);
  const values = valuesIn(bytes, 0, bytes.length);
  const uris = values.map(({ start, end }) => {
    const uri = uriIn(bytes, start, end);
    return decoder.decode(bytes.subarray(uri.start, uri.end));
  });
  assert.deepEqual(uris.slice(1), ["sip:c", "sip:d"]);
  assert.equal(values.length, 3);
});

Deno.test("addressIn: IPv4 with and without user and port, and nothing else", () => {
  const read = (text: string) => {
    const bytes = encoder.encode(text);
    const address = new Address();
    return addressIn(bytes, { start: 0, end: bytes.length }, address)
      ? [address.host, address.port]
      : undefined;
  };
  assert.deepEqual(read("sip:a@127.0.0.1:5070;lr"), [0x7f000001, 5070]);
  assert.deepEqual(read("sip:127.0.0.2;lr;x=a@b"), [0x7f000002, 5060]);
  for (
    const other of ["sip:a@example.org", "sip:a@[::1]:5060", "sip:1.2.3", "sip:1.2.3.400", "sip:1.2.3.4:0"]
  ) {
    assert.equal(read(other), undefined, other);
  }
});
