// RFC 3261 sections 9, 12 to 15, as arrows; every cell of the table is walked.

import assert from "node:assert/strict";
import { livingCells, walk } from "../../machine/walk.ts";
import { inviteSession } from "./invite_session.ts";
import type { SessionEvent, SessionState } from "./session_events.ts";

const states = Object.keys(inviteSession) as SessionState[];
const timers: readonly SessionEvent[] = ["repeat", "noAck", "noConfirm", "noFinal", "backOff"];

function walkFrom(start: SessionState): Map<string, string> {
  const events = Object.keys(inviteSession.ended) as SessionEvent[];
  const anywhere = Object.fromEntries(
    events.filter((event) => !timers.includes(event)).map((event) => [event, states]),
  );
  return walk(inviteSession, {
    start,
    running: [],
    // noPrack is a timer of the provisional responses, which end with these states; in early dialogs an UPDATE is another table's
    outside: {
      ...anywhere,
      noPrack: ["incoming", "held"],
      update: states.filter((state) => !["calling", "incoming", "held"].includes(state)),
    },
    timers: {
      stopTimers: "stops all",
      waitForConfirm: { starts: "noConfirm" },
      waitForFinal: { starts: "noFinal" },
      startBackOff: { starts: "backOff" },
      // the repeat arms itself again, noAck runs beside it
      waitForAck: { starts: "noAck" },
      repeatOk: { starts: "repeat" },
    },
  });
}

// state: event → next state. What is not here changes nothing.
const arrows: Readonly<Record<string, string>> = {
  "resolving sent": "calling",
  "resolving failure": "ended",
  "resolving doEnd": "ended",
  "calling success": "answered",
  "calling failure": "ended",
  "calling emptySuccess": "ending",
  "calling doEnd": "cancelled",
  "cancelled success": "ending",
  "cancelled failure": "ended",
  "answered doConfirm": "established",
  "answered doEnd": "ending",
  "answered noConfirm": "ending",
  "answered bye": "ended",
  "incoming doAnswer": "accepted",
  "incoming doHold": "held",
  "incoming noPrack": "ended",
  "held pracked": "accepted",
  "held noPrack": "ended",
  "held doEnd": "ended",
  "held cancel": "ended",
  "held bye": "ended",
  "incoming doReject": "ended",
  "incoming doEnd": "ended",
  "incoming cancel": "ended",
  "incoming bye": "ended",
  "accepted ack": "established",
  "accepted noAck": "ending",
  "accepted emptyAck": "ending",
  "accepted bye": "ended",
  "accepted doEnd": "endingAfterAck",
  "established invite": "offered",
  "established update": "updating",
  "updating doAnswer": "established",
  "updating doReject": "established",
  "updating bye": "ended",
  "updating doEnd": "ending",
  "established bye": "ended",
  "established doOffer": "offering",
  "established doEnd": "ending",
  "offering success": "offerAnswered",
  "offering failure": "established",
  "offering emptySuccess": "ending",
  "offering conflict": "backingOff",
  "offering lost": "ending",
  "offering bye": "ended",
  "offering doEnd": "ending",
  "offerAnswered doConfirm": "established",
  "offerAnswered doEnd": "ending",
  "offerAnswered noConfirm": "ending",
  "offerAnswered bye": "ended",
  "backingOff backOff": "offering",
  "backingOff invite": "offered",
  "backingOff update": "updating",
  "backingOff bye": "ended",
  "backingOff doEnd": "ending",
  "offered doAnswer": "offerAccepted",
  "offered doReject": "established",
  "offered bye": "ended",
  "offered doEnd": "ending",
  "offerAccepted ack": "established",
  "offerAccepted noAck": "ending",
  "offerAccepted emptyAck": "ending",
  "offerAccepted bye": "ended",
  "offerAccepted doEnd": "endingAfterAck",
  "endingAfterAck ack": "ending",
  "endingAfterAck noAck": "ending",
  "endingAfterAck emptyAck": "ending",
  "endingAfterAck bye": "ended",
  "ending closed": "ended",
};

Deno.test("inviteSession goes where the RFC's sections lead, and nowhere else", () => {
  const passed = new Map([...walkFrom("resolving"), ...walkFrom("incoming")]);
  const changes = [...passed].filter(([arrow, next]) => next !== "ignore" && !arrow.startsWith(`${next} `));
  assert.deepEqual(Object.fromEntries(changes.sort()), Object.fromEntries(Object.entries(arrows).sort()));
});

Deno.test("inviteSession has no cell that cannot be reached, the repeat timer's apart", () => {
  const passed = new Set([...walkFrom("resolving").keys(), ...walkFrom("incoming").keys()]);
  const missed = livingCells(inviteSession).filter((cell) => !passed.has(cell) && !cell.endsWith(" repeat"));
  assert.deepEqual(missed, []);
});

Deno.test("inviteSession sends no BYE before the ACK of its own 2xx", () => {
  for (const state of ["accepted", "offerAccepted"] as const) {
    assert.deepEqual(inviteSession[state].doEnd, ["endingAfterAck"]);
  }
});

Deno.test("inviteSession answers every BYE, and every INVITE inside a dialog", () => {
  for (const state of states) {
    if (state === "resolving") continue;
    for (const event of ["bye", "invite"] as const) {
      const cell = inviteSession[state][event];
      assert.ok(typeof cell !== "string", `${state} ${event}`);
      assert.ok(cell.slice(1).some((effect) => /^respond|^reportOffer$/.test(effect)), `${state} ${event}`);
    }
  }
});
