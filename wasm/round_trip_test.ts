import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import * as codes from "./assembly/codes.ts";
import { load, loadText, outputBytes, outputText, resetOutput, type Span, type Written } from "./codec.ts";
import { envelope } from "./envelope.ts";
import { roap } from "./roap.ts";
import { bodyText, fieldText } from "./roap_arbitrary.ts";
import { type RoapHead, writeRoap } from "./roap_writer.ts";
import { sip } from "./sip.ts";
import { type RequestHead, writeRequest, writeResponse } from "./sip_writer.ts";

interface Session {
  readonly offererSessionId: string;
  readonly answererSessionId: string;
  readonly seq: number;
  readonly moreComing: boolean;
  readonly status: number;
  readonly sdp: string;
}

const session: fc.Arbitrary<Session> = fc.record({
  offererSessionId: fieldText.filter((text) => text !== ""),
  answererSessionId: fieldText.filter((text) => text !== ""),
  seq: fc.nat({ max: 0xffffffff }),
  moreComing: fc.boolean(),
  status: fc.integer({ min: 400, max: 699 }),
  sdp: bodyText,
});

const request: RequestHead = {
  method: codes.METHOD_INVITE,
  requestUri: "sip:bob@example.org",
  via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone;rport",
  maxForwards: 70,
  route: "",
  from: "<sip:alice@example.org>;tag=one",
  to: "<sip:bob@example.org>",
  callId: "call",
  cseq: 1,
  contact: "<sip:alice@192.0.2.1>",
  contentType: "application/sdp",
  lines: [],
};

const kept =
  "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone\nFrom: <sip:alice@example.org>;tag=one\nCall-ID: call";

/** The SIP message that the envelope, mapped, asks for. */
function writeSip(body: Span): Written {
  const { name, method } = envelope;
  if ((envelope.flags & codes.FLAG_RESPONSE) === 0) return writeRequest({ ...request, method: name }, body);
  const cseq = method === codes.METHOD_INVITE ? "INVITE" : method === codes.METHOD_BYE ? "BYE" : "UPDATE";
  return writeResponse({
    status: name,
    reason: "",
    kept: `${kept}\nCSeq: 1 ${cseq}`,
    to: "<sip:bob@example.org>;tag=two",
    contact: "",
    contentType: "application/sdp",
    lines: [],
  }, body);
}

/** Takes a ROAP message to SIP bytes, those to ROAP again, and answers it as JSON.parse sees it. */
function thereAndBack(message: object, session: Session, [there, back]: readonly [number, number]): object {
  resetOutput();
  equal(roap.read(loadText(JSON.stringify(message))), 0);
  const { seq } = envelope;
  const ids = envelope.key.map((span) => roap.text(span));
  const body = roap.bytes(envelope.body);
  ok(envelope.toSip(there));
  equal(envelope.seq, seq);
  deepEqual(envelope.key.map((span) => roap.text(span)), ids);

  const written = writeSip(envelope.body);
  load(outputBytes(written.start, written.length));
  equal(sip.read(written.length), 0);
  equal(envelope.protocol, codes.PROTOCOL_SIP);
  deepEqual(sip.bytes(envelope.body), body);
  ok(envelope.toRoap(back));

  const head: RoapHead = {
    type: envelope.name,
    offererSessionId: ids[0]!,
    answererSessionId: ids[1]!,
    seq,
    tieBreaker: -1,
    moreComing: envelope.moreComing,
    errorType: envelope.errorType,
    status: envelope.errorType === 0 ? 0 : session.status,
    reason: "",
    from: "",
    to: "",
    sessionToken: "",
    responseToken: "",
  };
  const { start, length } = writeRoap(head, envelope.body)!;
  return JSON.parse(outputText(start, length));
}

Deno.test("a ROAP message is the same after SIP: ids, seq and body", () => {
  const called = [codes.CONTEXT_EARLY_CALLING, codes.CONTEXT_EARLY_CALLED] as const;
  const calling = [codes.CONTEXT_EARLY_CALLED, codes.CONTEXT_EARLY_CALLING] as const;
  const none = [codes.CONTEXT_NONE, codes.CONTEXT_NONE] as const;
  const established = [codes.CONTEXT_ESTABLISHED, codes.CONTEXT_ESTABLISHED] as const;
  const ending = [codes.CONTEXT_ENDING, codes.CONTEXT_ENDING] as const;
  fc.assert(
    fc.property(session, (one) => {
      const { offererSessionId, answererSessionId, seq, sdp, moreComing } = one;
      const ids = { offererSessionId, answererSessionId, seq };
      const same = (message: object, contexts: readonly [number, number]) =>
        deepEqual(thereAndBack(message, one, contexts), message);
      same({ messageType: "OFFER", offererSessionId, seq, sdp }, none);
      same({ messageType: "OFFER", ...ids, sdp }, established);
      same({ messageType: "OFFER", ...ids, sdp }, calling);
      same({ messageType: "ANSWER", ...ids, sdp, ...(moreComing ? { moreComing } : {}) }, called);
      same({ messageType: "ANSWER", ...ids, sdp }, calling);
      same({ messageType: "ANSWER", ...ids, sdp }, established);
      same({ messageType: "OK", ...ids }, established);
      same({ messageType: "OK", ...ids }, ending);
      same({ messageType: "SHUTDOWN", ...ids }, calling);
      same({ messageType: "SHUTDOWN", ...ids }, established);
      same({ messageType: "RINGING", ...ids }, called);
      same({ messageType: "WAITING", ...ids }, called);
      same({ messageType: "INFO", ...ids, content: sdp }, established);
      same({ messageType: "MESSAGE", content: sdp }, none);
    }),
    { numRuns: 150 },
  );
});

Deno.test("an ERROR keeps its error type and status after SIP", () => {
  for (const errorType of ["NOMATCH", "TIMEOUT", "REFUSED", "CONFLICT", "FAILED"]) {
    const statuses = {
      NOMATCH: [481],
      TIMEOUT: [408, 504],
      REFUSED: [486, 488, 600, 603],
      CONFLICT: [491],
      FAILED: [404, 410, 480, 500, 604],
    };
    for (const status of statuses[errorType as keyof typeof statuses]) {
      const message = {
        messageType: "ERROR",
        errorType,
        offererSessionId: "o",
        answererSessionId: "a",
        seq: 1,
        status,
      };
      const one = {
        offererSessionId: "o",
        answererSessionId: "a",
        seq: 1,
        moreComing: false,
        sdp: "",
        status,
      };
      deepEqual(
        thereAndBack(message, one, [codes.CONTEXT_EARLY_CALLING, codes.CONTEXT_EARLY_CALLED]),
        message,
      );
    }
  }
});
