// Session timers, RFC 4028, with the relay as the caller: what it asks for, and how a session is kept alive or ends.

import assert from "node:assert/strict";
import { cseqOf, header, parameter } from "./sip_text.ts";
import {
  allow,
  answeredAt,
  assertOver,
  called,
  expires,
  hangUp,
  noUpdate,
  required,
  sentAt,
} from "./session_stage.ts";
import { answerSdp, assertNothingLeft, holdSdp, offerSdp } from "./stage.ts";
import { terminalStage } from "./terminal_stage.ts";

const second = 1000;
const ours = [expires("1800;refresher=uac"), required, allow];
const theirs = [expires("1800;refresher=uas"), required, allow];

Deno.test("an INVITE asks for a session timer, and leaves to the callee who refreshes", () => {
  const set = called();
  const invite = set.phone.last("INVITE");
  assert.equal(header(invite, "session-expires"), "1800");
  assert.match(header(invite, "supported"), /\btimer\b/);
  assert.equal(header(invite, "min-se"), "");
  hangUp(set);
});

Deno.test("--min-se above 90 s is said in the INVITE", () => {
  const set = called({ session: { interval: 300, minimum: 600 } });
  const invite = set.phone.last("INVITE");
  assert.equal(header(invite, "session-expires"), "600");
  assert.equal(header(invite, "min-se"), "600");
  hangUp(set);
});

Deno.test("with an interval of 0 nothing is asked, and what the callee wants is granted", () => {
  const set = called({ session: { interval: 0, minimum: 90 }, says: ours });
  assert.equal(header(set.phone.last("INVITE"), "session-expires"), "");
  set.network.run(901 * second);
  assert.equal(set.phone.count("UPDATE"), 1);
  hangUp(set);
});

Deno.test("the refresher sends UPDATE without a description at half the interval, again and again; the browser sees nothing of it", () => {
  const set = called({ says: ours });
  const { alice, network, phone } = set;
  const heard = alice.received.length;
  network.run(5 * 900 * second);
  const update = phone.last("UPDATE");
  assert.equal(update.body, "");
  assert.equal(header(update, "session-expires"), "1800;refresher=uac");
  assert.match(header(update, "supported"), /\btimer\b/);
  assert.notEqual(header(update, "contact"), "");
  const start = answeredAt(set);
  const times = sentAt(set, "UPDATE");
  assert.equal(times.length, 5);
  let last = start;
  for (const time of times) {
    assert.ok(time - last >= 900 * second && time - last < 900.2 * second, `${time - last}`);
    last = time;
  }
  assert.equal(alice.received.length, heard);
  hangUp(set);
});

Deno.test("no refresh of the callee's comes: BYE 32 s before the end", () => {
  const set = called({ says: theirs });
  set.network.run(1800 * second);
  const [bye] = sentAt(set, "BYE");
  assert.ok(Math.abs(bye! - answeredAt(set) - 1768 * second) < 100, `${bye}`);
  assertOver(set);
});

Deno.test("the lead is a third of a short interval", () => {
  const set = called({ says: [expires("90;refresher=uas"), required] });
  set.network.run(62 * second);
  const [bye] = sentAt(set, "BYE");
  assert.ok(Math.abs(bye! - answeredAt(set) - 60 * second) < 100, `${bye}`);
  assertOver(set);
});

for (const method of ["UPDATE", "INVITE"]) {
  Deno.test(`the callee refreshes by ${method}: the interval begins anew`, () => {
    const set = called({ says: theirs });
    const { network, phone } = set;
    set.alice.answer = answerSdp;
    const lines = [["Supported", "timer"] as const, expires("1800;refresher=uac"), allow];
    for (let round = 0; round < 3; round++) {
      network.run(900 * second);
      phone.request(method, { lines, sdp: method === "INVITE" ? answerSdp : "" });
      network.run(second);
      const answer = phone.received.findLast((message) =>
        message.start === "200" && header(message, "cseq").endsWith(method)
      )!;
      assert.equal(header(answer, "session-expires"), "1800;refresher=uac");
      assert.equal(header(answer, "require"), "timer");
    }
    network.run(1760 * second);
    assert.equal(phone.count("BYE"), 0);
    network.run(10 * second);
    assertOver(set);
  });
}

Deno.test("a browser's own offer refreshes the session too", () => {
  const set = called({ says: ours });
  const { alice, network, phone } = set;
  network.run(600 * second);
  alice.reoffer(holdSdp);
  network.run(second);
  assert.equal(header(phone.last("INVITE"), "session-expires"), "1800;refresher=uac");
  network.run(400 * second);
  assert.equal(phone.count("UPDATE"), 0);
  network.run(500 * second);
  assert.equal(phone.count("UPDATE"), 1);
  hangUp(set);
});

Deno.test("a refresh that nobody answers ends the call after timer F", () => {
  const set = called({ says: ours, changed: () => {} });
  set.network.run(935 * second);
  const [update] = sentAt(set, "UPDATE");
  const [bye] = sentAt(set, "BYE");
  assert.ok(Math.abs(bye! - update! - 32 * second) < 100, `${update} ${bye}`);
  assertOver(set);
});

for (const status of ["481 Call Does Not Exist", "408 Request Timeout"]) {
  Deno.test(`a refresh that is answered ${status.slice(0, 3)} ends the call`, () => {
    const set = called({ says: ours, changed: (phone, request) => phone.reply(request, status) });
    set.network.run(902 * second);
    assertOver(set);
  });
}

Deno.test("a refused refresh is tried again, when the refusal says; three times, then the session runs out", () => {
  const set = called({
    says: ours,
    changed: (phone, request) =>
      phone.reply(request, "500 Server Internal Error", { lines: [["Retry-After", "7"]] }),
  });
  set.network.run(1000 * second);
  const [first, ...others] = sentAt(set, "UPDATE");
  assert.deepEqual(others.map((time) => Math.round((time - first!) / second)), [7, 14]);
  assert.equal(set.phone.count("BYE"), 0);
  set.network.run(800 * second);
  const [bye] = sentAt(set, "BYE");
  assert.ok(Math.abs(bye! - answeredAt(set) - 1768 * second) < 100, `${bye}`);
  assertOver(set);
});

Deno.test("a refresh that meets the callee's own goes again after the back-off of the Call-ID's owner", () => {
  let refusals = 1;
  const set = called({
    says: ours,
    changed: (phone, request) =>
      refusals-- > 0
        ? phone.reply(request, "491 Request Pending")
        : phone.reply(request, "200 OK", { lines: ours }),
  });
  set.network.run(910 * second);
  const [first, next] = sentAt(set, "UPDATE");
  assert.ok(next! - first! >= 2.1 * second && next! - first! <= 4.2 * second, `${next! - first!}`);
  hangUp(set);
});

Deno.test("a refresh refused with 422 goes again at once with the larger interval", () => {
  const set = called({
    says: ours,
    changed: (phone, request) =>
      header(request, "min-se") === ""
        ? phone.reply(request, "422 Session Interval Too Small", { lines: [["Min-SE", "3600"]] })
        : phone.reply(request, "200 OK", { lines: [expires("3600;refresher=uac"), required] }),
  });
  set.network.run(902 * second);
  const again = set.phone.last("UPDATE");
  assert.equal(set.phone.count("UPDATE"), 2);
  assert.equal(header(again, "session-expires"), "3600;refresher=uac");
  assert.equal(header(again, "min-se"), "3600");
  set.network.run(1790 * second);
  assert.equal(set.phone.count("UPDATE"), 2);
  set.network.run(20 * second);
  assert.equal(set.phone.count("UPDATE"), 3);
  hangUp(set);
});

Deno.test("a 2xx without Session-Expires turns the timer off", () => {
  const set = called({ says: ours, changed: (phone, request) => phone.reply(request, "200 OK") });
  set.network.run(4 * 3600 * second);
  assert.equal(set.phone.count("UPDATE"), 1);
  hangUp(set);
});

Deno.test("an INVITE refused with 422 goes again: the same Call-ID and From, the next CSeq, Min-SE", () => {
  const refused: string[] = [];
  const set = called({
    says: [expires("4000;refresher=uas"), required],
    invited: (phone) => {
      const minimum = ["2000", "4000"][refused.length];
      if (minimum === undefined) return phone.answer(answerSdp);
      refused.push(minimum);
      phone.reject("422 Session Interval Too Small", [["Min-SE", minimum]]);
    },
  });
  const invites = set.phone.received.filter(({ start }) => start === "INVITE");
  assert.deepEqual(invites.map((invite) => cseqOf(invite).number), [1, 2, 3]);
  assert.deepEqual(invites.map((invite) => header(invite, "session-expires")), ["1800", "2000", "4000"]);
  assert.deepEqual(invites.map((invite) => header(invite, "min-se")), ["", "2000", "4000"]);
  assert.equal(new Set(invites.map((invite) => header(invite, "call-id"))).size, 1);
  assert.equal(new Set(invites.map((invite) => parameter(header(invite, "from"), "tag"))).size, 1);
  assert.ok(invites.every(({ body }) => body === offerSdp));
  hangUp(set);
});

for (
  const [story, minima] of [
    ["does not grow", ["1800"]],
    ["grows without an end", ["2000", "2001", "2002", "2003"]],
    ["is longer than a day", ["90000"]],
    ["is missing", [""]],
  ] as const
) {
  Deno.test(`a 422 whose Min-SE ${story} ends the call attempt`, () => {
    let at = 0;
    const set = terminalStage({
      config: { session: { interval: 1800, minimum: 90 } },
      invited: (phone) => {
        const minimum = minima[at++] ?? "9000";
        phone.reject("422 Session Interval Too Small", minimum === "" ? [] : [["Min-SE", minimum]]);
      },
    });
    set.alice.call("sip:bob@example.org", offerSdp);
    set.network.run(2 * second);
    assert.equal(set.phone.count("INVITE"), minima.length);
    assert.equal(set.alice.last("ERROR").status, 422);
    assertNothingLeft(set);
  });
}

Deno.test("a callee that takes UPDATE but knows no session timer is refreshed by us alone, and any answer will do", () => {
  const set = called({
    says: [allow],
    changed: (phone, request) => phone.reply(request, "405 Method Not Allowed"),
  });
  set.network.run(2 * 900 * second + 5 * second);
  assert.equal(set.phone.count("UPDATE"), 2);
  assert.equal(header(set.phone.last("UPDATE"), "session-expires"), "1800;refresher=uac");
  hangUp(set);
});

Deno.test("a callee that knows no session timer and has gone without a word: the call ends", () => {
  const set = called({ says: [allow], changed: () => {} });
  set.network.run(940 * second);
  assertOver(set);
});

Deno.test("a callee that knows neither session timers nor UPDATE is left in peace", () => {
  const set = called({ says: [noUpdate] });
  set.network.run(3 * 3600 * second);
  assert.deepEqual(set.phone.received.map(({ start }) => start), ["INVITE", "ACK"]);
  hangUp(set);
});

Deno.test("a callee without UPDATE is refreshed by re-INVITE with the description as it was", () => {
  const set = called({ says: [expires("1800;refresher=uac"), required, noUpdate] });
  const { alice, network, phone } = set;
  const heard = alice.received.length;
  network.run(2 * 900 * second + 5 * second);
  assert.equal(phone.count("UPDATE"), 0);
  const invites = phone.received.filter(({ start }) => start === "INVITE");
  assert.equal(invites.length, 3);
  assert.ok(invites.every(({ body }) => body === offerSdp));
  assert.equal(header(invites[2]!, "session-expires"), "1800;refresher=uac");
  assert.equal(phone.count("ACK"), 3);
  assert.equal(alice.received.length, heard);
  // what the browser has offered since is what is said from now on
  alice.reoffer(holdSdp);
  network.run(901 * second);
  assert.equal(phone.count("INVITE"), 5);
  assert.equal(phone.last("INVITE").body, holdSdp);
  hangUp(set);
});

Deno.test("a browser's offer waits for a refresh by re-INVITE that is out", () => {
  const open: (() => void)[] = [];
  const set = called({
    transport: "tcp",
    says: [expires("1800;refresher=uac"), required, noUpdate],
    changed: (phone) => void open.push(() => phone.answer(answerSdp)),
  });
  const { alice, network, phone } = set;
  network.run(901 * second);
  assert.equal(phone.count("INVITE"), 2);
  const offer = alice.reoffer(holdSdp);
  network.run(2 * second);
  assert.equal(phone.count("INVITE"), 2);
  open.shift()!();
  network.run(second);
  assert.equal(phone.count("INVITE"), 3);
  assert.equal(phone.last("INVITE").body, holdSdp);
  open.shift()!();
  network.run(second);
  assert.equal(alice.last("ANSWER").seq, offer.seq);
  hangUp(set);
});

Deno.test("a refresh by re-INVITE that meets the callee's own offer gives way to it", () => {
  const set = called({
    says: [expires("1800;refresher=uac"), required, noUpdate],
    answer: answerSdp,
    changed: (phone) => phone.reject("491 Request Pending"),
  });
  const { alice, network, phone } = set;
  network.run(899 * second);
  network.run(1.3 * second);
  assert.equal(phone.count("INVITE"), 2);
  phone.request("INVITE", { sdp: holdSdp, lines: [["Supported", "timer"], expires("1800;refresher=uas")] });
  network.run(second);
  assert.equal(alice.last("OFFER").sdp, holdSdp);
  network.run(10 * second);
  // their 2xx has begun the interval anew
  assert.equal(phone.count("INVITE"), 2);
  assert.equal(phone.state, "up");
  hangUp(set);
});

Deno.test("a refresh by re-INVITE without an answer ends the call", () => {
  const set = called({
    says: [expires("1800;refresher=uac"), required, noUpdate],
    network: {
      lose: ({ bytes, to, sentAt }) =>
        sentAt > 800 * second && to.host === "10.0.0.2" &&
        new TextDecoder().decode(bytes).startsWith("INVITE"),
    },
  });
  set.network.run(935 * second);
  assertOver(set);
});

Deno.test("a call that ends before half the interval leaves nothing", () => {
  const set = called({ says: ours });
  set.network.run(60 * second);
  hangUp(set);
});

Deno.test("the browser goes while a refresh is out: BYE, and nothing is left", () => {
  const set = called({ says: ours, changed: () => {} });
  set.network.run(905 * second);
  set.alice.leave();
  set.network.run(second);
  assert.equal(set.phone.state, "ended");
  assertNothingLeft(set);
});
