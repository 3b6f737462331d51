// ROAP sessions brought to where a test begins.

import assert from "node:assert/strict";
import { type Heard, type Message, RoapEnd } from "./roap_end.ts";

/** The ids of a session that the browser opened, and of one that we did. */
export const ids = { offererSessionId: "b1", answererSessionId: "r1" };
export const swapped = { offererSessionId: "r1", answererSessionId: "b1" };

/** The browser has called: its first OFFER is pending. */
export function called(options: { dialect?: "roap" | "roap.ims"; offer?: Message } = {}): RoapEnd {
  const end = new RoapEnd({
    name: "r",
    ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
  });
  const heard = end.receive({
    messageType: "OFFER",
    offererSessionId: "b1",
    seq: 1,
    tieBreaker: 5,
    sdp: "v=0 b",
    ...options.offer,
  });
  assert.deepEqual(heard, [{ signal: "offer", fork: 0, status: 0, reason: "", body: "v=0 b" }]);
  return end;
}

/** The browser is called: our first OFFER is out. */
export function calling(chance?: number[]): RoapEnd {
  const end = new RoapEnd({ name: "r", ...(chance === undefined ? {} : { chance }) });
  assert.equal(end.perform("offer", { body: "v=0 r", from: "sip:bob@example.org" }), true);
  return end;
}

/** A session that the browser opened and that is established, seq 1. */
export function established(chance?: number[]): RoapEnd {
  const end = new RoapEnd({ name: "r", ...(chance === undefined ? {} : { chance }) });
  end.receive({ messageType: "OFFER", offererSessionId: "b1", seq: 1, tieBreaker: 5, sdp: "v=0 b" });
  end.perform("answer", { status: 200, body: "v=0 r" });
  end.receive({ messageType: "OK", ...ids, seq: 1 });
  end.take();
  assert.equal(end.session.state, "idle");
  return end;
}

/** An established session in which our OFFER of seq 2 is out, with tieBreaker 1001. */
export function offering(): RoapEnd {
  const end = established();
  assert.equal(end.perform("offer", { body: "v=1 r" }), true);
  end.take();
  return end;
}

export function types(end: RoapEnd): unknown[] {
  return end.take().map((message) => message.messageType);
}

export function signals(heard: readonly Heard[]): string[] {
  return heard.map(({ signal, status }) => `${signal} ${status}`);
}
