import assert from "node:assert/strict";
import type { ImsIdentity } from "./identity.ts";
import { type RegContact, wordOf } from "./reg_info.ts";
import type { Registration } from "./registration.ts";

const identity = { uri: "sip:alice@ims.test" } as ImsIdentity;
const registration = { identity, token: "t0ken" } as Registration;

function wordAbout(contact: Partial<RegContact> | undefined, { aor = identity.uri, state = "active" } = {}) {
  const blank = {
    uri: "sip:t0ken@192.0.2.1:5060",
    state: "terminated",
    event: "",
    expires: -1,
    retryAfter: -1,
  };
  const contacts = contact === undefined ? [] : [{ ...blank, ...contact }];
  return wordOf({ version: 1, registrations: [{ aor, state, contacts }] }, registration);
}

Deno.test("wordOf: what each event of RFC 3680 section 5.3 means for our contact", () => {
  assert.equal(wordAbout({ state: "active", event: "registered" }), undefined);
  assert.equal(wordAbout({ state: "active", event: "refreshed", expires: 9 }), undefined);
  assert.deepEqual(wordAbout({ state: "active", event: "shortened", expires: 9 }), {
    event: "shortened",
    seconds: 9,
  });
  assert.deepEqual(wordAbout({ event: "deactivated" }), { event: "lost" });
  assert.deepEqual(wordAbout({ event: "expired" }), { event: "lost" });
  assert.deepEqual(wordAbout({ event: "probation", retryAfter: 9 }), {
    event: "probation",
    retryAfter: 9000,
  });
  assert.deepEqual(wordAbout({ event: "probation" }), { event: "probation", retryAfter: 0 });
  assert.deepEqual(wordAbout({ event: "rejected" }), { event: "ended" });
  // 3GPP TS 24.229 section 5.1.1.7 does not name it among those that are final
  assert.deepEqual(wordAbout({ event: "unregistered" }), { event: "lost" });
});

Deno.test("wordOf: other contacts and other users are not our concern", () => {
  assert.equal(wordAbout({ uri: "sip:alice@192.0.2.9", event: "rejected" }), undefined);
  assert.equal(wordAbout(undefined), undefined);
  assert.equal(wordAbout(undefined, { state: "terminated", aor: "sip:bob@ims.test" }), undefined);
});

Deno.test("wordOf: nothing is left of our identity, and no contact is listed: it is lost", () => {
  assert.deepEqual(wordAbout(undefined, { state: "terminated" }), { event: "lost" });
});
