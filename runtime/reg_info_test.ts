import assert from "node:assert/strict";
import fc from "fast-check";
import { readRegInfo } from "./reg_info.ts";

const document = `<?xml version="1.0"?>
<r:reginfo xmlns:r="urn:ietf:params:xml:ns:reginfo" version="3" state="partial">
  <r:registration aor="sip:joe@example.com" id="a7" state="active">
    <r:contact id="76" state="active" event="shortened" expires="7" q="0.8">
      <r:uri> sip:t0ken@192.0.2.1:5060 </r:uri>
      <unknown xmlns="urn:x"/>
    </r:contact>
    <r:contact id="77" state="terminated" event="probation" retry-after="36001"><r:uri>sip:x@y</r:uri></r:contact>
    <r:contact id="78" state="terminated" event="expired"/>
  </r:registration>
  <r:registration aor="tel:+1555" id="a8" state="terminated"/>
</r:reginfo>`;

Deno.test("readRegInfo reads RFC 3680's documents, whatever the prefix", () => {
  assert.deepEqual(readRegInfo(document), {
    version: 3,
    registrations: [
      {
        aor: "sip:joe@example.com",
        state: "active",
        contacts: [
          {
            uri: "sip:t0ken@192.0.2.1:5060",
            state: "active",
            event: "shortened",
            expires: 7,
            retryAfter: -1,
          },
          { uri: "sip:x@y", state: "terminated", event: "probation", expires: -1, retryAfter: 36001 },
          { uri: "", state: "terminated", event: "expired", expires: -1, retryAfter: -1 },
        ],
      },
      { aor: "tel:+1555", state: "terminated", contacts: [] },
    ],
  });
});

Deno.test("readRegInfo refuses what is none, and never throws", () => {
  const bomb = `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><reginfo version="1">&b;</reginfo>`;
  for (const text of ["", "<a/>", "<reginfo/>", '<reginfo version="x"/>', "<reginfo", bomb]) {
    assert.equal(readRegInfo(text), undefined, text);
  }
  readRegInfo(`<reginfo version="1">${"<a>".repeat(20_000)}`);
  fc.assert(fc.property(fc.nat(document.length), fc.nat(40), (at, length) => {
    readRegInfo(document.slice(0, at) + document.slice(at + length));
  }));
});
