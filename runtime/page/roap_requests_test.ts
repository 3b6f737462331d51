import { deepEqual, equal, match } from "node:assert/strict";
import { RoapEndpoint } from "./roap.js";
import type { RoapNews, RoapRequest } from "./roap_requests.js";
import { readRoap, type RoapMessage } from "./roap_message.js";

/** An endpoint with what it sent, what it was asked, and what became of its own requests. */
function build() {
  const sent: RoapMessage[] = [];
  const requests: RoapRequest[] = [];
  const news: string[] = [];
  const endpoint = new RoapEndpoint({ send: (text: string) => sent.push(JSON.parse(text)) });
  endpoint.onRequest = (request: RoapRequest) => requests.push(request);
  return {
    sent,
    requests,
    news,
    endpoint,
    receive: (message: object) => endpoint.receive(JSON.stringify(message)),
    last: () => sent[sent.length - 1]!,
    hear: (one: RoapNews) =>
      news.push("message" in one ? `${one.type} ${one.message.status ?? ""}` : one.type),
  };
}

type Built = ReturnType<typeof build>;

/** A session of ours that `theirs` answered. */
function called({ endpoint, receive, sent }: Built) {
  const session = endpoint.open();
  session.offer("v=0", { to: "bob" });
  receive({
    messageType: "ANSWER",
    offererSessionId: session.localId,
    answererSessionId: "theirs",
    seq: 1,
    sdp: "v=1",
  });
  sent.length = 0;
  return session;
}

Deno.test("RoapEndpoint asks outside any session: a transactionId, no ids, no seq; its OK is heard once", () => {
  const end = build();
  end.endpoint.ask({ messageType: "MESSAGE", to: "bob", content: "hello" }, { hear: end.hear });
  const { transactionId, ...rest } = end.last();
  match(transactionId!, /^[0-9a-f]{32}$/);
  deepEqual(rest, { messageType: "MESSAGE", to: "bob", content: "hello" });
  end.receive({ messageType: "OK", transactionId });
  end.receive({ messageType: "OK", transactionId });
  deepEqual(end.news, ["taken"]);
});

Deno.test("RoapEndpoint asks in a session with its ids and token, and hears the ERROR", () => {
  const end = build();
  const session = called(end);
  session.receive({ messageType: "OK", seq: 0, setSessionToken: "s" });
  const info = { type: "DTMF", signal: "5" };
  end.endpoint.ask({ messageType: "INFO", info }, { session, hear: end.hear });
  const { transactionId, ...rest } = end.last();
  deepEqual(rest, {
    messageType: "INFO",
    info,
    offererSessionId: session.localId,
    answererSessionId: "theirs",
    sessionToken: "s",
  });
  end.receive({ messageType: "ERROR", transactionId, status: 501, offererSessionId: session.localId });
  deepEqual([end.news, session.state], [["refused 501"], "idle"]);
});

Deno.test("RoapEndpoint hears of a REFER until the NOTIFY that nothing follows", () => {
  const end = build();
  const session = called(end);
  end.endpoint.ask({ messageType: "REFER", to: "carol" }, { session, hear: end.hear });
  const { transactionId } = end.last();
  const ids = { transactionId, offererSessionId: session.localId, answererSessionId: "theirs" };
  end.receive({ messageType: "OK", ...ids });
  end.receive({ messageType: "NOTIFY", ...ids, status: 180, moreComing: true });
  end.receive({ messageType: "NOTIFY", ...ids, status: 200 });
  end.receive({ messageType: "NOTIFY", ...ids, status: 486 });
  deepEqual(end.news, ["taken", "progress 180", "final 200"]);
  equal(end.sent.length, 1);
});

Deno.test("RoapEndpoint forgets what was asked in a session that is over, and tells when the connection goes", () => {
  const end = build();
  const session = called(end);
  end.endpoint.ask({ messageType: "REFER", to: "carol" }, { session, hear: end.hear });
  const { transactionId } = end.last();
  end.receive({
    messageType: "SHUTDOWN",
    offererSessionId: "theirs",
    answererSessionId: session.localId,
    seq: 2,
  });
  end.receive({ messageType: "NOTIFY", transactionId, status: 200 });
  deepEqual(end.news, []);
  end.endpoint.ask({ messageType: "MESSAGE", to: "bob", content: "hello" }, { hear: end.hear });
  end.endpoint.reset();
  deepEqual(end.news, ["lost"]);
});

Deno.test("RoapEndpoint answers a request once, with its transactionId and, in a session, its ids", () => {
  const end = build();
  const session = called(end);
  end.receive({ messageType: "MESSAGE", transactionId: "m1", from: "sip:bob@x", content: "hello" });
  end.requests[0]!.take();
  end.requests[0]!.refuse(603, "late");
  deepEqual(end.sent, [{ messageType: "OK", transactionId: "m1" }]);
  const ids = { offererSessionId: session.localId, answererSessionId: "theirs" };
  end.receive({ messageType: "REFER", transactionId: "r1", ...ids, to: "sip:carol@x", referToken: "t" });
  const request = end.requests[1]!;
  equal(request.session, session);
  equal(request.message.referToken, "t");
  request.refuse(603, "Declined");
  deepEqual(end.last(), {
    messageType: "ERROR",
    transactionId: "r1",
    ...ids,
    errorType: "REFUSED",
    status: 603,
    reason: "Declined",
  });
});

Deno.test("RoapEndpoint leaves a stray answer to a request alone, and takes no request without a transactionId", () => {
  const end = build();
  const errors: RoapMessage[] = [];
  end.endpoint.onError = (error: RoapMessage) => errors.push(error);
  end.receive({ messageType: "ERROR", transactionId: "gone", status: 481 });
  end.receive({ messageType: "NOTIFY", transactionId: "gone", status: 200 });
  end.receive({ messageType: "REFER", to: "sip:carol@x" });
  deepEqual([errors, end.requests, end.sent], [[], [], []]);
});

Deno.test("RoapSession carries a REFER out with an OFFER that names it, and whom to call nowhere", () => {
  const end = build();
  end.endpoint.open().offer("v=0", { referToken: "t" });
  const { messageType, referToken, to } = end.last();
  deepEqual([messageType, referToken, to], ["OFFER", "t", undefined]);
});

Deno.test("readRoap reads a key, and takes half of one for none", () => {
  const read = (info: unknown) => readRoap(JSON.stringify({ messageType: "INFO", info }))?.info;
  deepEqual(read({ type: "DTMF", signal: "5", duration: 160, more: 1 }), {
    type: "DTMF",
    signal: "5",
    duration: 160,
  });
  for (const none of [null, "5", { type: "DTMF" }, { type: "DTMF", signal: 5 }]) equal(read(none), undefined);
});
