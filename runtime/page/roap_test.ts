import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { RoapEndpoint } from "./roap.js";
import type { RoapEvent, RoapSession } from "./roap_session.js";
import type { RoapMessage } from "./roap_message.js";
import { randomTieBreaker, readRoap } from "./roap_message.js";

/** An endpoint with what it sent and what its sessions told. */
function build() {
  const sent: RoapMessage[] = [];
  const events: RoapEvent[] = [];
  const callers: string[] = [];
  const sessions: RoapSession[] = [];
  const endpoint = new RoapEndpoint({ send: (text: string) => sent.push(JSON.parse(text)) });
  const watch = (session: RoapSession) => {
    sessions.push(session);
    session.onEvent = (event: RoapEvent) => events.push(event);
    return session;
  };
  endpoint.onSession = (session: RoapSession, from: string) => {
    callers.push(from);
    watch(session);
  };
  return {
    sent,
    events,
    callers,
    sessions,
    endpoint,
    open: () => watch(endpoint.open()),
    receive: (message: object) => endpoint.receive(JSON.stringify(message)),
    last: () => sent[sent.length - 1]!,
  };
}

type Built = ReturnType<typeof build>;

/** A session of ours that was answered by `theirs`, with seq 1. */
function called(end: Built): RoapSession {
  const session = end.open();
  session.offer("v=0", { to: "bob" });
  end.receive({
    messageType: "ANSWER",
    offererSessionId: session.localId,
    answererSessionId: "theirs",
    seq: 1,
    sdp: "v=1",
  });
  equal(session.state, "idle");
  end.sent.length = end.events.length = 0;
  return session;
}

/** A session that `theirs` opened, offered with seq 1. */
function offered(end: Built): RoapSession {
  end.receive({
    messageType: "OFFER",
    offererSessionId: "theirs",
    seq: 1,
    tieBreaker: 5,
    sdp: "v=0",
    from: "sip:a@b",
  });
  end.events.length = 0;
  return end.sessions[0]!;
}

Deno.test("RoapSession opens with OFFER 1 and confirms the answer", () => {
  const end = build();
  const session = end.open();
  session.offer("v=0", { to: "sip:bob@example.org" });
  const { tieBreaker, ...offer } = end.last();
  deepEqual(offer, {
    messageType: "OFFER",
    seq: 1,
    sdp: "v=0",
    to: "sip:bob@example.org",
    offererSessionId: session.localId,
  });
  ok(tieBreaker! >= 1 && tieBreaker! <= 0xfffffffe);
  end.receive({
    messageType: "ANSWER",
    offererSessionId: session.localId,
    answererSessionId: "theirs",
    seq: 1,
    sdp: "v=1",
  });
  deepEqual(end.last(), {
    messageType: "OK",
    seq: 1,
    offererSessionId: session.localId,
    answererSessionId: "theirs",
  });
  deepEqual(end.events, [{ type: "answer", fork: "theirs", sdp: "v=1" }]);
});

Deno.test("RoapSession tells ringing and each fork's progress, says that they have come, and confirms neither", () => {
  const end = build();
  const session = end.open();
  session.offer("v=0", { to: "bob" });
  const ids = { offererSessionId: session.localId, seq: 1 };
  end.receive({ messageType: "RINGING", ...ids, answererSessionId: "f1" });
  end.receive({ messageType: "ANSWER", ...ids, answererSessionId: "f1", sdp: "a", moreComing: true });
  end.receive({ messageType: "ANSWER", ...ids, answererSessionId: "f2", sdp: "b", moreComing: true });
  end.receive({ messageType: "PRANSWER", ...ids, answererSessionId: "f2", sdp: "b" });
  end.receive({ messageType: "ANSWER", ...ids, answererSessionId: "f2", sdp: "c" });
  deepEqual(end.events.map((event) => event.type), ["ringing", "progress", "progress", "progress", "answer"]);
  deepEqual(end.sent.map((message) => message.messageType), [
    "OFFER",
    "PRANSWER",
    "PRANSWER",
    "PRANSWER",
    "OK",
  ]);
  deepEqual(end.sent[2], { messageType: "PRANSWER", ...ids, answererSessionId: "f1" });
  equal(session.remoteId, "f2");
});

Deno.test("RoapSession makes the OFFER that it is asked for, first and later, and confirms the answer", () => {
  const end = build();
  end.receive({ messageType: "OFFER_REQUEST", offererSessionId: "theirs", seq: 1, from: "sip:bob@x" });
  const session = end.sessions[0]!;
  deepEqual([end.callers, end.events.map((event) => event.type)], [["sip:bob@x"], ["asked"]]);
  session.ringing();
  const own = session.localId;
  deepEqual(end.last(), {
    messageType: "RINGING",
    seq: 1,
    offererSessionId: "theirs",
    answererSessionId: own,
  });
  session.offer("v=0");
  const { messageType, seq, offererSessionId, answererSessionId } = end.last();
  deepEqual([messageType, seq, offererSessionId, answererSessionId], ["OFFER", 2, own, "theirs"]);
  const ids = { offererSessionId: own, answererSessionId: "theirs" };
  end.receive({ messageType: "ANSWER", ...ids, seq: 2, sdp: "v=1" });
  equal(end.last().messageType, "OK");
  ok(session.confirmed);
  const swapped = { offererSessionId: "theirs", answererSessionId: own };
  end.receive({ messageType: "OFFER_REQUEST", ...swapped, seq: 3 });
  session.refuse(488, "no");
  deepEqual([end.last().messageType, end.last().seq, session.state], ["ERROR", 3, "idle"]);
  end.receive({ messageType: "OFFER_REQUEST", ...swapped, seq: 4 });
  session.offer("v=2");
  equal(end.last().seq, 5);
});

Deno.test("RoapSession ends when its first offer is refused", () => {
  const end = build();
  const session = end.open();
  session.offer("v=0", { to: "bob" });
  end.receive({
    messageType: "ERROR",
    offererSessionId: session.localId,
    seq: 1,
    errorType: "REFUSED",
    status: 486,
    reason: "Busy Here",
  });
  const [event] = end.events;
  equal(event?.type === "ended" && event.message.status, 486);
  equal(session.state, "closed");
});

Deno.test("RoapSession is called: RINGING, ANSWER, then settled by OK", () => {
  const end = build();
  const session = offered(end);
  deepEqual(end.callers, ["sip:a@b"]);
  session.ringing();
  session.answer("v=1");
  const ids = { offererSessionId: "theirs", answererSessionId: session.localId, seq: 1 };
  deepEqual(end.sent, [{ messageType: "RINGING", ...ids }, { messageType: "ANSWER", ...ids, sdp: "v=1" }]);
  notEqual(session.localId, session.remoteId);
  end.receive({ messageType: "OK", ...ids });
  deepEqual(end.events, [{ type: "settled" }]);
});

Deno.test("RoapSession refuses with ERROR REFUSED and its status", () => {
  const end = build();
  const session = offered(end);
  session.refuse(603, "Declined");
  deepEqual(end.sent, [{
    messageType: "ERROR",
    seq: 1,
    errorType: "REFUSED",
    status: 603,
    reason: "Declined",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
  }]);
  equal(session.state, "closed");
});

Deno.test("RoapSession is cancelled by a SHUTDOWN that does not know our id yet", () => {
  const end = build();
  offered(end);
  end.receive({ messageType: "SHUTDOWN", offererSessionId: "theirs", seq: 2 });
  equal(end.last().messageType, "OK");
  equal(end.last().seq, 2);
  equal(end.events[0]?.type, "ended");
});

Deno.test("RoapSession shuts down with the next seq, and closes at the OK", () => {
  const end = build();
  const session = called(end);
  session.shutdown();
  deepEqual(end.sent, [{
    messageType: "SHUTDOWN",
    seq: 2,
    offererSessionId: session.localId,
    answererSessionId: "theirs",
  }]);
  end.receive({ ...end.last(), messageType: "OK" });
  equal(session.state, "closed");
  deepEqual(end.events, []);
});

Deno.test("RoapSession answers a SHUTDOWN that crosses its own", () => {
  const end = build();
  const session = called(end);
  session.shutdown();
  end.receive({
    messageType: "SHUTDOWN",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
    seq: 2,
  });
  deepEqual(end.sent.map((message) => message.messageType), ["SHUTDOWN", "OK"]);
  equal(session.state, "closed");
});

Deno.test("RoapSession that was never offered says nothing when it is shut down", () => {
  const end = build();
  end.open().shutdown();
  deepEqual(end.sent, []);
});

Deno.test("RoapSession takes a re-OFFER with swapped ids and shares its seq", () => {
  const end = build();
  const session = called(end);
  end.receive({
    messageType: "OFFER",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
    seq: 2,
    tieBreaker: 1,
    sdp: "v=2",
  });
  deepEqual(end.events, [{ type: "offer", sdp: "v=2", dropped: false }]);
  session.answer("v=3");
  equal(end.last().offererSessionId, "theirs");
  end.receive({ messageType: "OK", offererSessionId: "theirs", answererSessionId: session.localId, seq: 2 });
  session.offer("v=4");
  equal(end.last().seq, 3);
});

Deno.test("RoapSession answers an offer that is not newer with NOMATCH", () => {
  const end = build();
  const session = called(end);
  const offer = {
    messageType: "OFFER",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
    sdp: "v=2",
  };
  end.receive({ ...offer, seq: 1 });
  equal(end.last().errorType, "NOMATCH");
  deepEqual(end.events, []);
});

/** Both sides offer with seq 2; theirs has this much more than our tieBreaker. */
function glare(difference: number) {
  const end = build();
  const session = called(end);
  session.offer("v=ours");
  const tieBreaker = end.last().tieBreaker! + difference;
  end.receive({
    messageType: "OFFER",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
    seq: 2,
    tieBreaker,
    sdp: "v=theirs",
  });
  return { ...end, session };
}

Deno.test("RoapSession keeps its offer in a glare it wins", () => {
  const { last, events, session } = glare(-1);
  equal(last().errorType, "CONFLICT");
  deepEqual(events, []);
  equal(session.state, "waitingForAnswer");
});

Deno.test("RoapSession drops its offer in a glare it loses", () => {
  const { events, session } = glare(1);
  deepEqual(events, [{ type: "offer", sdp: "v=theirs", dropped: true }]);
  equal(session.state, "offered");
});

Deno.test("RoapSession offers again after a draw, with a new seq", () => {
  const { sent, session } = glare(0);
  deepEqual(sent.slice(-2).map((message) => message.messageType), ["ERROR", "OFFER"]);
  equal(sent.at(-2)!.errorType, "DOUBLECONFLICT");
  equal(sent.at(-1)!.seq, 3);
  equal(sent.at(-1)!.sdp, "v=ours");
  equal(session.state, "waitingForAnswer");
});

Deno.test("RoapSession goes on when its re-OFFER is refused", () => {
  const end = build();
  const session = called(end);
  session.offer("v=2");
  const { offererSessionId, answererSessionId, seq } = end.last();
  end.receive({
    messageType: "ERROR",
    offererSessionId,
    answererSessionId,
    seq,
    errorType: "REFUSED",
    status: 488,
  });
  equal(end.events[0]?.type, "rejected");
  equal(session.state, "idle");
});

Deno.test("RoapSession echoes tokens: the session's always, the response's once", () => {
  const end = build();
  end.receive({
    messageType: "OFFER",
    offererSessionId: "theirs",
    seq: 1,
    sdp: "v=0",
    setSessionToken: "s",
    setResponseToken: "r",
  });
  const session = end.sessions[0]!;
  session.answer("v=1");
  equal(end.last().sessionToken, "s");
  equal(end.last().responseToken, "r");
  session.shutdown();
  equal(end.last().sessionToken, "s");
  equal(end.last().responseToken, undefined);
});

Deno.test("RoapEndpoint answers what belongs to no session with NOMATCH, but no OK and no ERROR", () => {
  const end = build();
  const errors: RoapMessage[] = [];
  end.endpoint.onError = (error: RoapMessage) => errors.push(error);
  const ids = { offererSessionId: "x", answererSessionId: "y", seq: 3 };
  end.receive({ messageType: "SHUTDOWN", ...ids });
  deepEqual(end.sent, [{ ...ids, messageType: "ERROR", errorType: "NOMATCH" }]);
  end.receive({ messageType: "OK", ...ids });
  end.receive({ messageType: "ERROR", ...ids, errorType: "NOMATCH" });
  equal(end.sent.length, 1);
  equal(errors.length, 1);
});

Deno.test("RoapEndpoint lives through anything", () => {
  const end = build();
  for (
    const text of ["", "null", "[]", "{", '{"messageType":7}', '{"messageType":"OFFER","seq":-1,"sdp":null}']
  ) {
    end.endpoint.receive(text);
  }
  deepEqual(end.callers, []);
});

Deno.test("readRoap takes members of a wrong type for absent ones", () => {
  deepEqual(
    readRoap('{"messageType":"OFFER","seq":1.5,"sdp":3,"tieBreaker":"1","moreComing":1,"from":null}'),
    {
      messageType: "OFFER",
      seq: 0,
    },
  );
});

Deno.test("randomTieBreaker and ids are not the same twice", () => {
  const end = build();
  match(end.open().localId, /^[0-9a-f]{32}$/);
  notEqual(end.open().localId, end.open().localId);
  notEqual(randomTieBreaker(), randomTieBreaker());
});
