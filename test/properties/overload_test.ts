// Under overload nothing new begins, at the price of one answer and without a trace; what is under way goes on.

import assert from "node:assert/strict";
import { answerSdp, offerSdp } from "../scenarios/stage.ts";
import { readPlain } from "./plain_sip.ts";
import { domain, request, response, Target, value } from "./target.ts";

const ims = "sip:10.0.0.7:5060";

/** A door that is open or shut, and counts who asks. */
class Door {
  open = true;
  asked = 0;
  garbage = 0;

  admits(): boolean {
    this.asked++;
    return this.open;
  }

  unreadable(): void {
    this.garbage++;
  }
}

function rig(): { target: Target; door: Door; alice: number } {
  const door = new Door();
  const target = new Target({ ims, admission: door, accounts: new Map([["desk", "secret"]]) });
  return { target, door, alice: target.open("alice") };
}

function offer(to: string) {
  return { messageType: "OFFER", offererSessionId: "s", seq: 1, tieBreaker: 1, sdp: offerSdp, to };
}

for (const method of ["INVITE", "REGISTER", "OPTIONS", "MESSAGE", "SUBSCRIBE", "ODD"]) {
  Deno.test(`under overload a new ${method} gets 503 with Retry-After and leaves nothing behind`, () => {
    const { target, door } = rig();
    door.open = false;
    target.sip(request({ method, uri: `sip:alice@${domain}`, body: method === "INVITE" ? offerSdp : "" }));
    const { first, headers } = readPlain(target.sent[0]!.text);
    assert.match(first, /^SIP\/2\.0 503 /);
    const after = Number(headers.get("Retry-After")?.[0]);
    assert.ok(after >= 1 && after <= 10, `Retry-After ${after}`);
    assert.equal(target.sent.length, 1);
    assert.deepEqual(target.leftovers(), {});
    assert.equal(target.told.length, 0);
  });
}

Deno.test("under overload those who are refused are told different times to come back", () => {
  const { target, door } = rig();
  door.open = false;
  for (let call = 0; call < 200; call++) {
    target.sip(request({ uri: `sip:alice@${domain}`, body: offerSdp }));
  }
  const times = new Set(target.sent.map(({ text }) => readPlain(text).headers.get("Retry-After")?.[0]));
  assert.equal(times.size, 10);
});

Deno.test("a refused INVITE's repeat gets the same answer, though the overload is over, and its ACK none", () => {
  const { target, door } = rig();
  door.open = false;
  const invite = request({ uri: `sip:alice@${domain}`, body: offerSdp });
  target.sip(invite);
  door.open = true;
  for (const later of [500, 1_000, 30_000]) {
    target.pass(later);
    target.sip(invite);
    assert.equal(target.sent.at(-1)!.text, target.sent[0]!.text);
  }
  const to = readPlain(target.sent[0]!.text).headers.get("To")![0]!;
  const { length } = target.sent;
  target.sip(
    invite.replace(/^INVITE/, "ACK").replace(/CSeq: (\d+) INVITE/, "CSeq: $1 ACK")
      .replace(/^To: .*$/m, `To: ${to}\r`),
  );
  assert.equal(target.sent.length, length);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("a refused caller who comes back later is taken", () => {
  const { target, door, alice } = rig();
  door.open = false;
  target.sip(request({ uri: `sip:alice@${domain}`, body: offerSdp }));
  door.open = true;
  target.sip(request({ uri: `sip:alice@${domain}`, body: offerSdp }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "OFFER");
  assert.equal(target.told.at(-1)!.feed, alice);
});

Deno.test("under overload an OFFER gets ERROR with 503 and leaves nothing behind", () => {
  const { target, door, alice } = rig();
  door.open = false;
  target.roap(alice, offer("sip:x@foreign.example"));
  const { messageType, status, offererSessionId } = JSON.parse(target.told[0]!.text);
  assert.deepEqual({ messageType, status, offererSessionId }, {
    messageType: "ERROR",
    status: 503,
    offererSessionId: "s",
  });
  assert.equal(target.told.length, 1);
  assert.equal(target.sent.length, 0);
  assert.deepEqual(target.leftovers(), {});
});

Deno.test("overload is no fault of the browser's: however often it is refused, it stays", () => {
  const { target, door, alice } = rig();
  door.open = false;
  for (let call = 0; call < 100; call++) target.roap(alice, offer("sip:x@foreign.example"));
  assert.equal(target.told.length, 100);
  assert.deepEqual(target.closed, []);
});

Deno.test("under overload a call from browser to browser goes on, and was asked for once", () => {
  const { target, door, alice } = rig();
  const carol = target.open("carol");
  target.roap(alice, offer("carol"));
  assert.equal(door.asked, 1);
  door.open = false;
  const { offererSessionId } = JSON.parse(target.told.find(({ feed }) => feed === carol)!.text);
  const ids = { offererSessionId, answererSessionId: "c" };
  target.roap(carol, { messageType: "ANSWER", ...ids, seq: 1, sdp: answerSdp });
  const { messageType, answererSessionId } = JSON.parse(
    target.told.findLast(({ feed }) => feed === alice)!.text,
  );
  assert.equal(messageType, "ANSWER");
  target.roap(alice, { messageType: "OK", offererSessionId: "s", answererSessionId, seq: 1 });
  target.roap(alice, { messageType: "SHUTDOWN", offererSessionId: "s", answererSessionId, seq: 2 });
  assert.equal(JSON.parse(target.told.findLast(({ feed }) => feed === carol)!.text).messageType, "SHUTDOWN");
  assert.equal(door.asked, 1);
});

Deno.test("under overload a phone's call goes on: ACK, re-INVITE, BYE and the 200 to it", () => {
  const { target, door, alice } = rig();
  const invite = request({ uri: `sip:alice@${domain}`, body: offerSdp });
  target.sip(invite);
  door.open = false;
  const { offererSessionId } = JSON.parse(target.told.findLast(({ feed }) => feed === alice)!.text);
  const ids = { offererSessionId, answererSessionId: "a" };
  target.roap(alice, { messageType: "ANSWER", ...ids, seq: 1, sdp: answerSdp });
  const answer = readPlain(target.sent.at(-1)!.text);
  assert.match(answer.first, /^SIP\/2\.0 200 /);
  const inside = {
    uri: answer.headers.get("Contact")![0]!.slice(1, -1),
    from: value(invite, "From"),
    to: answer.headers.get("To")![0]!,
    callId: value(invite, "Call-ID"),
  };
  const cseq = parseInt(value(invite, "CSeq"));
  target.sip(request({ ...inside, method: "ACK", cseq }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "OK");
  target.sip(request({ ...inside, method: "INVITE", cseq: cseq + 1, body: offerSdp }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "OFFER");
  target.sip(request({ ...inside, method: "BYE", cseq: cseq + 2 }));
  assert.ok(target.sent.some(({ text }) => text.startsWith("SIP/2.0 200 ") && / BYE\r/.test(text)));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "SHUTDOWN");
});

Deno.test("garbage is told from what somebody may have meant", () => {
  const { target, door } = rig();
  for (const bytes of ["", "garbage", "INVITE sip:a@b SIP/2.0\r\nVia: ", "\0\xff"]) target.sip(bytes);
  assert.equal(door.garbage, 3, "what is empty is nothing at all");
  target.sip(request({ method: "OPTIONS" }));
  target.sip("garbage", { transport: "tcp" });
  assert.equal(door.garbage, 3);
});

Deno.test("under overload a CANCEL is taken, and so are responses", () => {
  const { target, door, alice } = rig();
  const invite = request({ uri: `sip:alice@${domain}`, body: offerSdp });
  target.sip(invite);
  target.roap(alice, { ...offer("sip:x@foreign.example"), offererSessionId: "out" });
  const out = target.sent.findLast(({ text }) => text.startsWith("INVITE "))!.text;
  door.open = false;
  target.sip(invite.replace(/^INVITE/, "CANCEL").replace(/CSeq: (\d+) INVITE/, "CSeq: $1 CANCEL"));
  assert.ok(target.sent.some(({ text }) => text.startsWith("SIP/2.0 487 ")));
  target.sip(response(out, "180 Ringing", { tag: "t", contact: "<sip:x@10.0.0.7>" }));
  assert.equal(JSON.parse(target.told.at(-1)!.text).messageType, "RINGING");
});
