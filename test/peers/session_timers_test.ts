// Session timers with sipp as the other end, over UDP and TCP: what is asked, granted and refused. The intervals themselves, 90 s at the least, run on the
// virtual clock in test/scenarios.

import assert from "node:assert/strict";
import { needing } from "../programs.ts";
import { cseqOf, header } from "../scenarios/sip_text.ts";
import { called } from "./called.ts";
import { calling } from "./calling.ts";
import { describe } from "./sdp.ts";

for (const transport of ["udp", "tcp", "tls"] as const) {
  for (const refresher of ["uac", "uas"]) {
    Deno.test({
      ...needing(
        `a called phone grants a session timer to ${refresher} over ${transport}`,
        "sipp",
        "dnsmasq",
      ),
      fn: () =>
        called(
          { scenario: "called_session", transport, values: { expires: `1800;refresher=${refresher}` } },
          async ({ alice, phone }) => {
            alice.call("sip:bob@ims.example", describe("alice"));
            const answer = await alice.gets("ANSWER");
            await phone.sees("received ACK");
            alice.hangUp(answer, 2);
            await phone.done();
            const invite = phone.message("received INVITE");
            assert.equal(header(invite, "session-expires"), "1800");
            assert.match(header(invite, "supported"), /\btimer\b/);
          },
        ),
    });

    Deno.test({
      ...needing(`a calling phone that wants ${refresher} to refresh gets it over ${transport}`, "sipp"),
      fn: () =>
        calling(
          {
            scenario: "calling_session",
            transport,
            answer: describe("bob"),
            values: { expires: `600;refresher=${refresher}` },
          },
          async ({ bob, phone }) => {
            await bob.gets("SHUTDOWN");
            await phone.done();
            for (const method of ["INVITE", "UPDATE"]) {
              const answer = phone.message(`received 200 ${method}`);
              assert.equal(header(answer, "session-expires"), `600;refresher=${refresher}`);
              assert.equal(header(answer, "require"), "timer");
            }
          },
        ),
    });
  }

  Deno.test({
    ...needing(
      `a called phone wants a longer session: the INVITE comes again over ${transport}`,
      "sipp",
      "dnsmasq",
    ),
    fn: () =>
      called(
        {
          scenario: "called_session_short",
          transport,
          values: { minimum: "2400", expires: "2400;refresher=uac" },
        },
        async ({ alice, phone }) => {
          alice.call("sip:bob@ims.example", describe("alice"));
          const answer = await alice.gets("ANSWER");
          await phone.sees("received ACK", 1);
          alice.hangUp(answer, 2);
          await phone.done();
          const [first, again] = [0, 1].map((nth) => phone.message("received INVITE", nth));
          assert.deepEqual([first, again].map((invite) => header(invite!, "session-expires")), [
            "1800",
            "2400",
          ]);
          assert.equal(header(again!, "min-se"), "2400");
          assert.equal(header(again!, "call-id"), header(first!, "call-id"));
          assert.equal(cseqOf(again!).number, cseqOf(first!).number + 1);
        },
      ),
  });

  Deno.test({
    ...needing(`a calling phone asks for too short a session: 422 over ${transport}`, "sipp"),
    fn: () =>
      calling(
        {
          scenario: "calling_session_short",
          transport,
          answer: describe("bob"),
          values: { short: "60", expires: "90" },
        },
        async ({ bob, phone }) => {
          await bob.gets("SHUTDOWN");
          await phone.done();
          assert.equal(header(phone.message("received 422 INVITE"), "min-se"), "90");
          assert.equal(header(phone.message("received 200 INVITE"), "session-expires"), "90;refresher=uac");
        },
      ),
  });

  Deno.test({
    ...needing(`a called phone refreshes by UPDATE, once too short, over ${transport}`, "sipp", "dnsmasq"),
    fn: () =>
      called(
        {
          scenario: "called_session_refreshes",
          transport,
          values: { expires: "1800;refresher=uas", short: "30", refresh: "900;refresher=uac" },
        },
        async ({ alice, phone }) => {
          alice.call("sip:bob@ims.example", describe("alice"));
          await alice.gets("ANSWER");
          await alice.gets("SHUTDOWN");
          await phone.done();
          assert.equal(header(phone.message("received 422 UPDATE"), "min-se"), "90");
          const answer = phone.message("received 200 UPDATE");
          assert.equal(header(answer, "session-expires"), "900;refresher=uac");
        },
      ),
  });
}
