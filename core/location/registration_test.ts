import assert from "node:assert/strict";
import type { ContactBinding } from "./bindings.ts";
import { applyRegistration, type Registration, type RequestedContact } from "./registration.ts";

const hop = { transport: "udp", host: "192.0.2.1", port: 5060, flow: 0 } as const;

function asks(contacts: readonly RequestedContact[] | "all", cseq: number, callId = "one"): Registration {
  return { user: "alice", contacts, callId, cseq, hop };
}

function wants(uri: string, expires: number): RequestedContact {
  return { uri, expires, q: 1, instance: "", regId: 0 };
}

function after(...registrations: Registration[]): readonly ContactBinding[] {
  let contacts: readonly ContactBinding[] = [];
  for (const registration of registrations) {
    const next = applyRegistration(contacts, registration, 1000);
    assert.ok(typeof next !== "string", next as string);
    contacts = next;
  }
  return contacts;
}

Deno.test("applyRegistration: adds, refreshes and removes by URI equality", () => {
  const [only, ...none] = after(
    asks([wants("sip:a@Host", 100), wants("sip:b@host", 100)], 1),
    asks([wants("sip:%61@host", 200), wants("sip:b@host", 0)], 2),
  );
  assert.equal(only?.uri, "sip:%61@host");
  assert.equal(only.expires, 1000 + 200_000);
  assert.deepEqual(none, []);
});

Deno.test("applyRegistration: an interval is cut at an hour and refused under a minute", () => {
  assert.equal(after(asks([wants("sip:a@h", 0xffffffff)], 1))[0]?.expires, 1000 + 3_600_000);
  assert.equal(applyRegistration([], asks([wants("sip:a@h", 100), wants("sip:b@h", 59)], 1), 0), "brief");
  assert.equal(after(asks([wants("sip:a@h", 60)], 1)).length, 1);
  assert.equal(after(asks([wants("sip:a@h", 0)], 1)).length, 0);
});

Deno.test("applyRegistration: CSeq must rise within a Call-ID and is free in another", () => {
  const current = after(asks([wants("sip:a@h", 100)], 5), asks([wants("sip:b@h", 100)], 9, "two"));
  for (const cseq of [4, 5]) {
    assert.equal(applyRegistration(current, asks([wants("sip:a@h", 0)], cseq), 0), "disorder");
    assert.equal(applyRegistration(current, asks("all", cseq), 0), "disorder");
  }
  assert.deepEqual(applyRegistration(current, asks("all", 6), 0), []);
  assert.deepEqual(applyRegistration(current, asks("all", 1, "three"), 0), []);
  assert.ok(Array.isArray(applyRegistration(current, asks([wants("sip:a@h", 100)], 1, "three"), 0)));
});

Deno.test("applyRegistration: one contact twice in a request counts as written last", () => {
  assert.deepEqual(after(asks([wants("sip:a@h", 100), wants("sip:a@h", 0)], 1)), []);
  assert.equal(after(asks([wants("sip:a@h", 100), wants("sip:a@H", 300)], 1))[0]?.expires, 1000 + 300_000);
});

Deno.test("applyRegistration: a refresh keeps the time of the first registration", () => {
  const [first] = after(asks([wants("sip:a@h", 100)], 1));
  const next = applyRegistration(first === undefined ? [] : [first], asks([wants("sip:a@h", 100)], 2), 5000);
  assert.ok(typeof next !== "string");
  assert.equal(next[0]?.since, 1000);
});
