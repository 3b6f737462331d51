// Each table full in its turn: the answer says so, nothing breaks, and with room again everything works again.

import assert from "node:assert/strict";
import type { RelayTables } from "../../core/relay/relay.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import { BoundedTable } from "../../runtime/tables.ts";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { readPlain } from "./plain_sip.ts";
import { domain, request, response, Target } from "./target.ts";

const ims = "sip:10.0.0.7:5060";

/** Tables of which one takes only so many records. */
function narrow(name: keyof RelayTables, limit: number): RelayTables {
  return { ...relayTables(1000, 1000), [name]: new BoundedTable(limit) } as RelayTables;
}

function offer(id: string, to: string) {
  return { messageType: "OFFER", offererSessionId: id, seq: 1, tieBreaker: 1, sdp: offerSdp, to };
}

/** A browser calls a browser, and they hang up: everything that a relay has is in it. */
function wholeCall(target: Target, round: number): void {
  const alice = target.open(`alice${round}`);
  const carol = target.open(`carol${round}`);
  target.told.length = 0;
  target.roap(alice, offer("whole", `carol${round}`));
  const { offererSessionId } = JSON.parse(target.told.find(({ feed }) => feed === carol)!.text);
  const ids = { offererSessionId, answererSessionId: "c" };
  target.roap(carol, { messageType: "ANSWER", ...ids, seq: 1, sdp: answerSdp });
  const answer = JSON.parse(target.told.findLast(({ feed }) => feed === alice)!.text);
  assert.equal(answer.messageType, "ANSWER");
  const { answererSessionId } = answer;
  target.roap(alice, { messageType: "OK", offererSessionId: "whole", answererSessionId, seq: 1 });
  assert.equal(JSON.parse(target.told.findLast(({ feed }) => feed === carol)!.text).messageType, "OK");
  target.roap(alice, { messageType: "SHUTDOWN", offererSessionId: "whole", answererSessionId, seq: 2 });
  assert.equal(JSON.parse(target.told.findLast(({ feed }) => feed === carol)!.text).messageType, "SHUTDOWN");
  target.close(alice);
  target.close(carol);
}

const limits: readonly [name: keyof RelayTables, limit: number][] = [
  ["calls", 4],
  ["sessions", 4],
  ["legs", 4],
  ["clients", 4],
  ["servers", 4],
  ["queries", 1],
];

for (const [name, limit] of limits) {
  Deno.test(`a full table of ${name} refuses with 503, and takes all again once it has room`, () => {
    const target = new Target({ tables: narrow(name, limit), ims });
    let ids = 0;
    for (let round = 0; round < 3; round++) {
      const feeds: number[] = [];
      for (let each = 0; each < 6; each++) {
        const feed = target.open(`user${each}`);
        feeds.push(feed);
        target.told.length = 0;
        for (const to of ["sip:x@foreign.example", `user${(each + 1) % 6}`, "user0"]) {
          target.roap(feed, offer(`${round}-${each}-${++ids}`, to));
        }
        target.sip(request({ uri: `sip:user${each}@${domain}`, body: offerSdp }));
        for (const { text } of target.told) {
          const { messageType, status } = JSON.parse(text);
          // 480: nobody is logged in yet by that name
          if (messageType === "ERROR") assert.ok([503, 480, 404].includes(status), text);
        }
      }
      for (const { text } of target.sent) {
        const { first, headers } = readPlain(text);
        if (first.startsWith("SIP/2.0 503 ")) assert.ok(headers.has("Retry-After"), text);
      }
      const answered = target.sent.filter(({ text }) => text.startsWith("SIP/2.0 "));
      assert.ok(
        answered.every(({ text }) => /^SIP\/2\.0 (1\d\d|200|404|480|481|487|503)/.test(text)),
        "An answer",
      );
      if (name !== "queries") {
        const refused = [...target.sent, ...target.told].some(({ text }) => text.includes("503"));
        assert.ok(refused, "Nothing was refused");
      }
      // a request inside a call that stands is no new call, but it too may find no room: never silence
      for (const feed of feeds) target.close(feed);
      target.pass(400_000);
      assert.deepEqual(target.leftovers(), {});
      target.sent.length = 0;
    }
    if (limit > 3 && name !== "legs" && name !== "sessions") wholeCall(target, 9);
    target.pass(400_000);
    assert.deepEqual(target.leftovers(), {});
  });
}

Deno.test("a browser too many is told so, and let in once another has left", () => {
  const target = new Target({ tables: narrow("feeds", 2) });
  const first = target.open("alice");
  target.open("bob");
  assert.throws(() => target.open("carol"), /all the browsers/);
  target.close(first);
  target.open("carol");
});

Deno.test("one browser's calls are bounded, and freed by their end", () => {
  const target = new Target({ ims });
  const feed = target.open("alice");
  for (let round = 0; round < 3; round++) {
    target.told.length = 0;
    for (let call = 0; call < 40; call++) {
      target.roap(feed, offer(`${round}-${call}`, "sip:x@foreign.example"));
    }
    const errors = target.told.map(({ text }) => JSON.parse(text)).filter((each) =>
      each.messageType === "ERROR"
    );
    assert.deepEqual(errors.map(({ status }) => status), Array(8).fill(503));
    for (let call = 0; call < 32; call++) {
      const ids = { offererSessionId: `${round}-${call}`, seq: 2 };
      target.roap(feed, { messageType: "SHUTDOWN", ...ids });
    }
    target.pass(100_000);
    assert.deepEqual(target.leftovers(), {});
  }
});

Deno.test("callers of one browser beyond what it takes are refused, and leave nothing behind", () => {
  const target = new Target();
  target.open("alice");
  for (let call = 0; call < 500; call++) target.sip(request({ body: offerSdp }));
  const starts = target.starts();
  assert.equal(starts.filter((start) => start === "180").length, 32);
  assert.equal(starts.filter((start) => start === "486").length, 468);
  assert.equal(target.tables.servers.size, 32);
});

Deno.test("calls with long header fields are bounded by what they keep, not by their number", () => {
  const target = new Target({ ims });
  for (let browser = 0; browser < 170; browser++) target.open(`user${browser}`);
  const from = `"${"x".repeat(15_000)}" <sip:m@example.net>;tag=1`;
  let refused = 0;
  for (let call = 0; call < 170 * 32; call++) {
    target.sent.length = target.told.length = 0;
    target.sip(request({ uri: `sip:user${call % 170}@${domain}`, from, body: offerSdp }));
    if (target.sent[0]!.text.startsWith("SIP/2.0 503 ")) refused++;
  }
  assert.ok(refused > 500 && refused < 2_000, `${refused} refused`);
  target.act(() => target.relay.endCalls(target.now));
  target.pass(100_000);
  target.sent.length = 0;
  target.sip(request({ uri: `sip:user0@${domain}`, from, body: offerSdp }));
  assert.deepEqual(target.starts(), ["180"]);
});

Deno.test("offers that wait for answers are bounded in bytes, whoever makes them", () => {
  const target = new Target({ ims });
  const sdp = offerSdp + "a=".padEnd(60_000, "x");
  let refused = 0;
  for (let browser = 0; browser < 60; browser++) {
    const feed = target.open(`user${browser}`);
    for (let call = 0; call < 32; call++) {
      target.told.length = 0;
      target.sent.length = 0;
      target.roap(feed, { ...offer(`${call}`, "sip:x@foreign.example"), sdp });
      if (target.told.some(({ text }) => JSON.parse(text).status === 503)) refused++;
      else {
        // the browser gives it up, the IMS does not answer: what is kept is kept
        const invite = target.sent.find(({ text }) => text.startsWith("INVITE"))!.text;
        target.sip(response(invite, "100 Trying"));
      }
    }
  }
  assert.ok(refused > 0);
  target.act(() => target.relay.endCalls(target.now));
  target.pass(100_000);
  const feed = target.open("late");
  target.roap(feed, { ...offer("late", "sip:x@foreign.example"), sdp });
  assert.ok(target.sent.at(-1)!.text.startsWith("INVITE "));
});

Deno.test("requests that wait for being sent again are bounded in bytes, also when their calls were given up", () => {
  const target = new Target({ ims });
  const feed = target.open("alice");
  const sdp = offerSdp + "a=".padEnd(60_000, "x");
  let refused = 0;
  for (let call = 0; call < 1_500; call++) {
    target.told.length = target.sent.length = 0;
    target.roap(feed, { ...offer(`${call}`, "sip:x@foreign.example"), sdp });
    const [{ hop, transaction } = { hop: undefined, transaction: "" }] = target.sent;
    // nobody listens for connections there, so it goes by datagrams
    if (hop?.transport === "tcp") target.act(() => target.relay.transportFailed(transaction, target.now));
    if (target.told.some(({ text }) => JSON.parse(text).status === 503)) refused++;
    else target.roap(feed, { messageType: "SHUTDOWN", offererSessionId: `${call}`, seq: 2 });
  }
  assert.ok(refused > 100 && refused < 700, `${refused} refused`);
  target.pass(100_000);
  assert.deepEqual(target.leftovers(), {});
  target.roap(feed, { ...offer("late", "sip:x@foreign.example"), sdp });
  assert.ok(target.sent.at(-1)!.text.startsWith("INVITE "));
});
