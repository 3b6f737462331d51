import assert from "node:assert/strict";
import { findParam } from "./param.ts";

Deno.test("findParam reads header parameters outside <> and quotes", () => {
  const contact = '"a;q=0.1" <sip:a@b;q=0.2>;Q = 0.3 ;+sip.instance="<urn:uuid:\\"1>";ob';
  assert.equal(findParam(contact, "q"), "0.3");
  assert.equal(findParam(contact, "+SIP.instance"), '<urn:uuid:"1>');
  assert.equal(findParam(contact, "ob"), "");
  assert.equal(findParam(contact, "instance"), undefined);
  assert.equal(findParam("presence;id=5", "id"), "5");
  assert.equal(findParam("active;expires=", "expires"), "");
});

Deno.test("findParam reads auth parameters", () => {
  const challenge = 'Digest realm="a, nonce=1", nonce = abc==,opaque="",qop="auth,auth-int",stale=FALSE';
  assert.equal(findParam(challenge, "nonce"), "abc==");
  assert.equal(findParam(challenge, "realm"), "a, nonce=1");
  assert.equal(findParam(challenge, "opaque"), "");
  assert.equal(findParam(challenge, "qop"), "auth,auth-int");
  assert.equal(findParam(challenge, "STALE"), "FALSE");
  assert.equal(findParam(challenge, "auth-int"), undefined);
});

Deno.test("findParam's work grows with the text's length on open quotes and brackets", () => {
  const started = performance.now();
  for (const piece of ['"', "<", "=", ";", ' "', "a=<", 'a="', ";a=", "\\"]) {
    findParam(piece.repeat(60_000 / piece.length), "z");
    findParam("a" + piece.repeat(60_000 / piece.length), "z");
  }
  assert.ok(performance.now() - started < 2000);
});
