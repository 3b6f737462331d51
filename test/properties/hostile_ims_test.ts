// Whatever an IMS answers and tells: the relay lives, and lets go of everything in the end.

import assert from "node:assert/strict";
import fc from "fast-check";
import { contactOf, imsStage, logIn } from "../scenarios/ims_stage.ts";
import { header } from "../scenarios/sip_text.ts";

const piece = fc.constantFrom(
  ...'Digest |realm=|"home.test"|nonce=|"n"|, |;|<|>|sip:a@b|algorithm=|MD5|AKAv1-MD5|qop=|auth|stale=true|=|0|1|4294967295|-1|\t|\\'
    .split("|"),
  '"',
  "sip:orig@10.0.0.9:5060;lr",
  "nextnonce=",
  "expires=",
  "é",
  "x".repeat(3000),
);
const value = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));
const name = fc.constantFrom(
  "WWW-Authenticate",
  "Service-Route",
  "P-Associated-URI",
  "Authentication-Info",
  "Min-Expires",
  "Retry-After",
  "Expires",
  "Contact",
);
const lines = fc.array(fc.tuple(name, value), { maxLength: 4 });
const status = fc.constantFrom(
  "200 OK",
  "401 Unauthorized",
  "407 Proxy",
  "423 Brief",
  "503 Busy",
  "302 There",
  "404 \u00e9",
);
const answer = fc.record({ status, lines, isKind: fc.boolean() });
const attributes = fc.constantFrom(
  'state="terminated" event="deactivated"',
  'state="terminated" event="probation" retry-after="99999999999"',
  'state="active" event="shortened" expires="0"',
  'state="terminated" event="rejected"',
  "",
);
const notice = fc.record({
  state: fc.oneof(
    value,
    fc.constantFrom("active", "terminated", "terminated;reason=probation;retry-after=4000000000"),
  ),
  attributes,
  body: fc.option(fc.string(), { nil: undefined }),
});

Deno.test("any answers and notices of an IMS", () => {
  const story = fc.tuple(
    fc.array(answer, { maxLength: 6 }),
    fc.array(notice, { maxLength: 4 }),
    fc.boolean(),
  );
  fc.assert(
    fc.property(story, ([answers, notices, isEdge]) => {
      const set = imsStage({ isEdge });
      const { home, network, node } = set;
      const queue = [...answers];
      home.habits.set("REGISTER", (request) => {
        const next = queue.shift();
        if (next === undefined) return false;
        if (next.isKind) home.accept(request, next.lines);
        else home.respond(request, next.status, next.lines);
        return true;
      });
      const browser = logIn(set);
      network.run(100_000);
      for (const { state, attributes, body } of notices) {
        const subscribe = home.requests("SUBSCRIBE").findLast((request) =>
          header(request, "expires") !== "0"
        );
        if (subscribe === undefined || home.bindings.size === 0) continue;
        const contact = `<contact id="c" ${attributes}><uri>${contactOf(set)}</uri></contact>`;
        home.notify(subscribe, { state, contact, ...(body === undefined ? {} : { body }) });
        network.run(10_000);
        if (browser.isOpen) browser.call("bob", "v=0\r\n");
        network.run(10_000);
      }
      node.act((relay) => relay.endCalls(network.now));
      network.run(4_000_000);
      assert.equal(node.relay.registrations, 0);
      assert.deepEqual(node.leftovers(), {});
    }),
    { numRuns: 500 },
  );
});
