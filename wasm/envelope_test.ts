import { deepEqual, equal } from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { load, loadText } from "./codec.ts";
import { envelope, errorTypeOf, statusOf } from "./envelope.ts";
import { roap } from "./roap.ts";
import { sip } from "./sip.ts";

const contexts = [
  codes.CONTEXT_NONE,
  codes.CONTEXT_EARLY_CALLED,
  codes.CONTEXT_EARLY_CALLING,
  codes.CONTEXT_ESTABLISHED,
  codes.CONTEXT_ENDING,
];

/** Expected cells by message: contexts none, called, calling, established, ending; "-" = no counterpart. */
const toSip: Record<string, string> = {
  "OFFER": "INVITE UPDATE UPDATE INVITE -",
  "ANSWER": "- 200 200 200 -",
  "ANSWER moreComing": "- - 183 183 -",
  "OK": "- - - ACK 200",
  "SHUTDOWN": "- CANCEL 603 BYE -",
  "ERROR NOMATCH": "- 481 481 481 -",
  "ERROR TIMEOUT": "- 408 408 408 -",
  "ERROR REFUSED": "- 603 603 603 -",
  "ERROR CONFLICT": "- 491 491 491 -",
  "ERROR DOUBLECONFLICT": "- 491 491 491 -",
  "ERROR FAILED": "- 500 500 500 -",
  "WAITING": "- - 100 - -",
  "RINGING": "- - 180 - -",
  "PRANSWER": "- PRACK 183 183 -",
  "CANDIDATE": "- INFO INFO INFO -",
  "INFO": "- INFO INFO INFO -",
  "MESSAGE": "MESSAGE MESSAGE MESSAGE MESSAGE -",
  "SUBSCRIBE": "SUBSCRIBE SUBSCRIBE SUBSCRIBE SUBSCRIBE -",
  "NOTIFY": "NOTIFY NOTIFY NOTIFY NOTIFY -",
  "PUBLISH": "PUBLISH PUBLISH PUBLISH PUBLISH -",
  "REFER": "- REFER REFER REFER -",
};

const requests: Record<string, string> = {
  "INVITE": "- - - - -",
  "INVITE body": "OFFER - - OFFER -",
  "ACK": "- - - OK -",
  "ACK body": "- - - ANSWER -",
  "BYE": "- SHUTDOWN SHUTDOWN SHUTDOWN -",
  "BYE body": "- SHUTDOWN SHUTDOWN SHUTDOWN -",
  "CANCEL": "- - SHUTDOWN - -",
  "CANCEL body": "- - SHUTDOWN - -",
  "REGISTER": "- - - - -",
  "REGISTER body": "- - - - -",
  "OPTIONS": "- - - - -",
  "OPTIONS body": "- - - - -",
  "INFO": "- INFO INFO INFO -",
  "INFO body": "- INFO INFO INFO -",
  "PRACK": "- - - - -",
  "PRACK body": "- - ANSWER - -",
  "UPDATE": "- - - - -",
  "UPDATE body": "- OFFER OFFER OFFER -",
  "MESSAGE": "MESSAGE MESSAGE MESSAGE MESSAGE -",
  "MESSAGE body": "MESSAGE MESSAGE MESSAGE MESSAGE -",
  "SUBSCRIBE": "SUBSCRIBE SUBSCRIBE SUBSCRIBE SUBSCRIBE -",
  "SUBSCRIBE body": "SUBSCRIBE SUBSCRIBE SUBSCRIBE SUBSCRIBE -",
  "NOTIFY": "NOTIFY NOTIFY NOTIFY NOTIFY -",
  "NOTIFY body": "NOTIFY NOTIFY NOTIFY NOTIFY -",
  "PUBLISH": "PUBLISH PUBLISH PUBLISH PUBLISH -",
  "PUBLISH body": "PUBLISH PUBLISH PUBLISH PUBLISH -",
  "REFER": "- REFER REFER REFER -",
  "REFER body": "- REFER REFER REFER -",
  "PING": "- - - - -",
  "PING body": "- - - - -",
};

const responses: Record<string, string> = {
  "100 INVITE": "- WAITING - - -",
  "100 INVITE body": "- WAITING - - -",
  "180 INVITE": "- RINGING - - -",
  "180 INVITE body": "- ANSWER+ - ANSWER+ -",
  "181 INVITE": "- WAITING - - -",
  "182 INVITE": "- WAITING - - -",
  "183 INVITE": "- WAITING - - -",
  "183 INVITE body": "- ANSWER+ - ANSWER+ -",
  "199 INVITE": "- - - - -",
  "199 INVITE body": "- - - - -",
  "200 INVITE": "- ANSWER - ANSWER -",
  "200 INVITE body": "- ANSWER - ANSWER -",
  "202 INVITE body": "- ANSWER - ANSWER -",
  "302 INVITE": "- FAILED - FAILED OK",
  "404 INVITE": "- FAILED - FAILED OK",
  "408 INVITE": "- TIMEOUT - TIMEOUT OK",
  "486 INVITE": "- REFUSED - REFUSED OK",
  "487 INVITE": "- FAILED - FAILED OK",
  "491 INVITE": "- CONFLICT - CONFLICT OK",
  "603 INVITE body": "- REFUSED - REFUSED OK",
  "180 UPDATE": "- - - - -",
  "200 UPDATE": "- - - - -",
  "200 UPDATE body": "- ANSWER ANSWER ANSWER -",
  "491 UPDATE": "- CONFLICT CONFLICT CONFLICT -",
  "200 PRACK": "- OK - - -",
  "200 PRACK body": "- ANSWER - - -",
  "481 PRACK": "- NOMATCH - - -",
  "200 BYE": "- - - OK OK",
  "481 BYE": "- - - OK OK",
  "100 BYE": "- - - - -",
  "200 CANCEL": "- - - - -",
  "481 CANCEL": "- - - - -",
  "200 MESSAGE": "OK OK OK OK -",
  "202 MESSAGE body": "OK OK OK OK -",
  "404 MESSAGE": "FAILED FAILED FAILED FAILED -",
  "200 INFO": "OK OK OK OK -",
  "504 SUBSCRIBE": "TIMEOUT TIMEOUT TIMEOUT TIMEOUT -",
  "200 NOTIFY": "OK OK OK OK -",
  "200 PUBLISH": "OK OK OK OK -",
  "200 REGISTER": "- - - - -",
  "200 OPTIONS": "- - - - -",
  "202 REFER": "OK OK OK OK -",
  "200 PING": "- - - - -",
};

function readRoap(message: object): void {
  const text = JSON.stringify({
    offererSessionId: "o",
    answererSessionId: "a",
    seq: 5,
    sdp: "v=0",
    ...message,
  });
  equal(roap.read(loadText(text)), 0);
}

/** "180 INVITE body" or "BYE". */
function readSip(what: string): void {
  const [first, ...rest] = what.split(" ");
  const isResponse = /^\d/.test(first!);
  const method = isResponse ? rest[0] : first;
  const body = what.endsWith(" body") ? "v=0" : "";
  const text = [
    isResponse ? `SIP/2.0 ${first} Reason` : `${method} sip:bob@example.org SIP/2.0`,
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKone",
    "Max-Forwards: 70",
    "From: <sip:alice@example.org>;tag=from",
    "To: <sip:bob@example.org>;tag=to",
    "Call-ID: call",
    `CSeq: 7 ${method}`,
    "Contact: <sip:alice@192.0.2.1>",
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
  equal(sip.read(load(new TextEncoder().encode(text))), 0, what);
}

function name(prefix: string, code: number): string {
  const found = Object.entries(codes).find(([key, value]) => key.startsWith(prefix) && value === code);
  return found === undefined ? `${code}` : found[0].slice(prefix.length);
}

function sipName(): string {
  const isResponse = (envelope.flags & codes.FLAG_RESPONSE) !== 0;
  return isResponse ? `${envelope.name}` : name("METHOD_", envelope.name);
}

function roapName(): string {
  if (envelope.errorType !== 0) return name("ERROR_TYPE_", envelope.errorType);
  return name("ROAP_", envelope.name) + (envelope.moreComing ? "+" : "");
}

Deno.test("envelope holds what a ROAP message says", () => {
  readRoap({ messageType: "ANSWER", from: "alice", to: "bob", moreComing: true });
  equal(envelope.protocol, codes.PROTOCOL_ROAP);
  equal(envelope.phase, codes.PHASE_CONTINUE);
  equal(envelope.name, codes.ROAP_ANSWER);
  equal(envelope.seq, 5);
  equal(envelope.flags, codes.FLAG_BODY | codes.FLAG_SEQ | codes.FLAG_MORE_COMING);
  deepEqual([envelope.source, envelope.target], [roap.from, roap.to]);
  equal(envelope.transaction, roap.offererSessionId);
  deepEqual(envelope.key, [roap.offererSessionId, roap.answererSessionId, 0]);
  equal(envelope.body, roap.sdp);
  readRoap({ messageType: "OFFER", answererSessionId: null });
  equal(envelope.phase, codes.PHASE_BEGIN);
  readRoap({ messageType: "SHUTDOWN", sdp: null });
  deepEqual([envelope.phase, envelope.flags, envelope.body], [codes.PHASE_END, codes.FLAG_SEQ, 0]);
  readRoap({ messageType: "MESSAGE", sdp: null, seq: null, content: "hello" });
  deepEqual([envelope.seq, envelope.body], [-1, roap.content]);
  roap.read(loadText("{}"));
  deepEqual([envelope.protocol, envelope.name, envelope.body], [0, 0, 0]);
});

Deno.test("envelope holds what a SIP message says", () => {
  readSip("INVITE body");
  equal(envelope.protocol, codes.PROTOCOL_SIP);
  equal(envelope.phase, codes.PHASE_CONTINUE);
  equal(envelope.name, codes.METHOD_INVITE);
  equal(envelope.seq, 7);
  equal(envelope.flags, codes.FLAG_BODY | codes.FLAG_SEQ);
  deepEqual([envelope.source, envelope.target], [sip.fromUri, sip.toUri]);
  equal(envelope.transaction, sip.branch);
  deepEqual(envelope.key, [sip.callId, sip.fromTag, sip.toTag]);
  equal(envelope.body, sip.body);
  readSip("200 BYE");
  deepEqual([envelope.name, envelope.method, envelope.status], [200, codes.METHOD_BYE, 200]);
  deepEqual([envelope.phase, envelope.flags], [codes.PHASE_END, codes.FLAG_SEQ | codes.FLAG_RESPONSE]);
  equal(sip.read(loadText("nonsense")) !== 0, true);
  equal(envelope.protocol, 0);
});

Deno.test("envelope.toSip maps every type in every context", () => {
  for (const [what, row] of Object.entries(toSip)) {
    const cells = row.split(" ");
    for (const context of contexts) {
      const [messageType, extra] = what.split(" ");
      readRoap({ messageType, ...(extra === "moreComing" ? { moreComing: true } : { errorType: extra }) });
      const before = [envelope.seq, ...envelope.key, envelope.body];
      const mapped = envelope.toSip(context);
      equal(mapped ? sipName() : "-", cells[context], `${what} in ${context}`);
      equal(envelope.protocol, mapped ? codes.PROTOCOL_SIP : codes.PROTOCOL_ROAP);
      deepEqual([envelope.seq, ...envelope.key, envelope.body], before);
      if (mapped) equal(envelope.toSip(context), false);
    }
    for (const context of [-1, 5, 2 ** 31, NaN]) {
      readRoap({ messageType: "OFFER" });
      equal(envelope.toSip(context), Number.isNaN(context));
    }
  }
});

Deno.test("envelope.toRoap maps every message in every context", () => {
  for (const [what, row] of Object.entries({ ...requests, ...responses })) {
    const cells = row.split(" ");
    for (const context of contexts) {
      readSip(what);
      const before = [envelope.seq, ...envelope.key, envelope.body];
      const mapped = envelope.toRoap(context);
      equal(mapped ? roapName() : "-", cells[context], `${what} in ${context}`);
      if (mapped && envelope.errorType !== 0) equal(envelope.name, codes.ROAP_ERROR);
      deepEqual([envelope.seq, ...envelope.key, envelope.body], before);
      if (mapped) equal(envelope.toRoap(context), false);
    }
  }
});

Deno.test("envelope.toSip takes the status of an ERROR that means its error type", () => {
  const cases = [
    ["FAILED", 404, 404],
    ["FAILED", 480, 480],
    ["REFUSED", 486, 486],
    ["TIMEOUT", 504, 504],
    ["FAILED", 486, 500],
    ["NOMATCH", 404, 481],
    ["FAILED", 302, 500],
    ["FAILED", 401, 500],
    ["FAILED", 407, 500],
    ["FAILED", 200, 500],
    ["FAILED", 699, 699],
  ] as const;
  for (const [errorType, status, expected] of cases) {
    readRoap({ messageType: "ERROR", errorType, status });
    equal(envelope.toSip(codes.CONTEXT_EARLY_CALLING), true);
    deepEqual([envelope.name, envelope.status], [expected, expected]);
  }
});

Deno.test("envelope says in which phase a mapped message is", () => {
  const phaseToSip = (messageType: string, context: number) => {
    readRoap({ messageType, errorType: "FAILED" });
    equal(envelope.toSip(context), true);
    return envelope.phase;
  };
  equal(phaseToSip("OFFER", codes.CONTEXT_NONE), codes.PHASE_BEGIN);
  equal(phaseToSip("OFFER", codes.CONTEXT_ESTABLISHED), codes.PHASE_CONTINUE);
  equal(phaseToSip("SHUTDOWN", codes.CONTEXT_EARLY_CALLED), codes.PHASE_END);
  equal(phaseToSip("SHUTDOWN", codes.CONTEXT_EARLY_CALLING), codes.PHASE_END);
  equal(phaseToSip("ERROR", codes.CONTEXT_EARLY_CALLING), codes.PHASE_END);
  equal(phaseToSip("ERROR", codes.CONTEXT_ESTABLISHED), codes.PHASE_CONTINUE);
  equal(phaseToSip("OK", codes.CONTEXT_ENDING), codes.PHASE_END);
  const phaseToRoap = (what: string, context: number) => {
    readSip(what);
    equal(envelope.toRoap(context), true);
    return envelope.phase;
  };
  equal(phaseToRoap("INVITE body", codes.CONTEXT_NONE), codes.PHASE_BEGIN);
  equal(phaseToRoap("INVITE body", codes.CONTEXT_ESTABLISHED), codes.PHASE_CONTINUE);
  equal(phaseToRoap("486 INVITE", codes.CONTEXT_EARLY_CALLED), codes.PHASE_END);
  equal(phaseToRoap("491 INVITE", codes.CONTEXT_ESTABLISHED), codes.PHASE_CONTINUE);
  equal(phaseToRoap("BYE", codes.CONTEXT_ESTABLISHED), codes.PHASE_END);
  equal(phaseToRoap("200 BYE", codes.CONTEXT_ESTABLISHED), codes.PHASE_END);
});

Deno.test("errorTypeOf and statusOf agree", () => {
  for (let status = -1; status < 800; status++) {
    equal(errorTypeOf(status) !== 0, status >= 300 && status <= 699, `${status}`);
  }
  for (let errorType = 1; errorType <= 6; errorType++) {
    const back = errorTypeOf(statusOf(errorType));
    equal(back, errorType === codes.ERROR_TYPE_DOUBLECONFLICT ? codes.ERROR_TYPE_CONFLICT : errorType);
  }
  deepEqual([statusOf(0), statusOf(7), statusOf(-1)], [0, 0, 0]);
});
