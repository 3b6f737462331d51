import { deepEqual, equal } from "node:assert/strict";
import * as codes from "./assembly/codes.ts";
import { faultStatus, faultText, loadText } from "./codec.ts";
import { roap } from "./roap.ts";

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

const members = ["messageType", "offererSessionId", "answererSessionId", "seq", "sdp"];
const reference = [
  {
    answererSessionId: "answer_1",
    messageType: "OFFER",
    offererSessionId: "offer_1",
    sdp,
    seq: 1,
    tieBreaker: 0,
  },
  { answererSessionId: "answer_1", messageType: "ANSWER", offererSessionId: "offer_1", sdp, seq: 1 },
  { answererSessionId: "answer_1", messageType: "OK", offererSessionId: "offer_1", seq: 1 },
  { answererSessionId: "answer_1", messageType: "SHUTDOWN", offererSessionId: "offer_1", seq: 1 },
  {
    answererSessionId: "answer_1",
    errorType: "TIMEOUT",
    messageType: "ERROR",
    offererSessionId: "offer_1",
    seq: 1,
  },
];

function read(message: unknown): number {
  return roap.read(loadText(typeof message === "string" ? message : JSON.stringify(message)));
}

function offer(extra: object = {}): Record<string, unknown> {
  return { messageType: "OFFER", offererSessionId: "o", seq: 1, sdp, ...extra };
}

Deno.test("roap reads the five reference messages", () => {
  reference.forEach((message, index) => {
    equal(read(message), 0);
    equal(roap.type, index + 1);
    equal(roap.text(roap.offererSessionId), "offer_1");
    equal(roap.text(roap.answererSessionId), "answer_1");
    equal(roap.seq, 1);
    equal(roap.tieBreaker, index === 0 ? 0 : -1);
    equal(roap.errorType, index === 4 ? codes.ERROR_TYPE_TIMEOUT : 0);
    equal(roap.text(roap.sdp), "sdp" in message ? sdp : "");
  });
});

Deno.test("roap reads every member", () => {
  const message = {
    messageType: "ERROR",
    offererSessionId: 'a"b\\c/é',
    answererSessionId: "😀",
    seq: 4294967295,
    tieBreaker: 4294967295,
    moreComing: true,
    errorType: "FAILED",
    status: 404,
    to: "sip:bob@example.org",
    from: "tel:+1234",
    setSessionToken: "one",
    setResponseToken: "two",
    sessionToken: "three",
    responseToken: "four",
    sdp,
    content: "hello",
  };
  equal(read(message), 0);
  equal(roap.type, codes.ROAP_ERROR);
  equal(roap.text(roap.offererSessionId), message.offererSessionId);
  equal(roap.text(roap.answererSessionId), message.answererSessionId);
  deepEqual([roap.seq, roap.tieBreaker, roap.moreComing], [4294967295, 4294967295, true]);
  deepEqual([roap.errorType, roap.status], [codes.ERROR_TYPE_FAILED, 404]);
  equal(roap.text(roap.to), message.to);
  equal(roap.text(roap.from), message.from);
  equal(roap.text(roap.setSessionToken), "one");
  equal(roap.text(roap.setResponseToken), "two");
  equal(roap.text(roap.sessionToken), "three");
  equal(roap.text(roap.responseToken), "four");
  equal(roap.text(roap.sdp), sdp);
  equal(roap.text(roap.content), "hello");
  deepEqual(roap.bytes(roap.sdp), new TextEncoder().encode(sdp));
});

Deno.test("roap takes the SDP prefix of early clients", () => {
  equal(read(`SDP\n${JSON.stringify(offer())}`), 0);
  equal(read(`SDP\n \t\r\n${JSON.stringify(offer())} \n`), 0);
  equal(read(`SDP${JSON.stringify(offer())}`), codes.FAULT_NOT_OBJECT);
});

Deno.test("roap takes ids as numbers and null as absent", () => {
  equal(read(offer({ offererSessionId: 1234567890123, answererSessionId: null, tiebreaker: 7 })), 0);
  equal(roap.text(roap.offererSessionId), "1234567890123");
  equal(roap.answererSessionId, 0);
  equal(roap.tieBreaker, 7);
  equal(read({ messageType: "OK", offererSessionId: 1, answererSessionId: 2, seq: 1, sdp: null }), 0);
  equal(roap.sdp, 0);
  equal(read(offer({ offererSessionId: true })), codes.FAULT_MEMBER_TYPE);
  equal(read(offer({ offererSessionId: null })), codes.FAULT_MISSING_MEMBER);
  equal(roap.faultMember, "offererSessionId");
});

Deno.test("roap reads the wish for privacy, and does not pass over one that it cannot read", () => {
  for (const [value, wanted] of [[true, true], ["true", true], [false, false], ["false", false]] as const) {
    equal(read(offer({ privacy: value })), 0);
    equal(roap.privacy, wanted);
  }
  equal(read(offer({})), 0);
  equal(roap.privacy, false);
  equal(read(offer({ privacy: "id" })), codes.FAULT_MEMBER_TYPE);
  equal(roap.faultMember, "privacy");
});

Deno.test("roap takes moreComing and tieBreaker as text", () => {
  equal(read(offer({ moreComing: "true", tieBreaker: "4294967295" })), 0);
  deepEqual([roap.moreComing, roap.tieBreaker], [true, 4294967295]);
  equal(read(offer({ moreComingFlag: "false", tieBreaker: "" })), 0);
  deepEqual([roap.moreComing, roap.tieBreaker], [false, -1]);
  equal(read(offer({ moreComing: "yes" })), codes.FAULT_MEMBER_TYPE);
  for (const tieBreaker of ["4294967296", "-1", "1e2", " 1", "99999999999", "1.0"]) {
    equal(read(offer({ tieBreaker })), codes.FAULT_MEMBER_NUMBER, tieBreaker);
    equal(roap.faultMember, "tieBreaker");
  }
});

Deno.test("roap takes the numeric envelope", () => {
  const inner = {
    type: 2,
    token: null,
    offerSessionId: 1,
    answerSessionId: 2,
    seq: 1,
    sdp,
    label: null,
    error: null,
    moreComingFlag: true,
    tiebreaker: "123456",
    msgSize: 0,
  };
  equal(read({ type: 2, from: "alice@example.org", to: "bob@example.org", roap: inner }), 0);
  equal(roap.type, codes.ROAP_ANSWER);
  equal(roap.text(roap.offererSessionId), "1");
  equal(roap.text(roap.answererSessionId), "2");
  equal(roap.text(roap.from), "alice@example.org");
  equal(roap.text(roap.to), "bob@example.org");
  deepEqual([roap.moreComing, roap.tieBreaker], [true, 123456]);
  const types = [0, 1, 2, 3, 9, 4, 5, 11, 0, 0];
  types.forEach((type, number) => {
    const fault = read({ type: 2, roap: { ...inner, type: number, error: 8, msgContent: "x" } });
    equal(fault, type === 0 ? codes.FAULT_UNKNOWN_TYPE : 0);
    equal(roap.type, type);
  });
  const errors = [0, 6, 2, 1, 3, 4, 5, 6, 6, 0];
  errors.forEach((errorType, number) => {
    const fault = read({ roap: { ...inner, type: 6, error: number } });
    equal(fault, errorType === 0 ? codes.FAULT_UNKNOWN_ERROR_TYPE : 0);
    equal(roap.errorType, errorType);
    equal(roap.status, number === 1 ? 480 : 0);
  });
});

Deno.test("roap takes the envelope with orig and dest", () => {
  const envelope = { type: "CALL", orig: "alice", dest: "bob", token: "t", conn_id: 4, roap: offer() };
  equal(read(envelope), 0);
  equal(roap.type, codes.ROAP_OFFER);
  deepEqual([roap.text(roap.from), roap.text(roap.to)], ["alice", "bob"]);
  equal(read({ roap: offer({ from: "carol" }), orig: "alice", dest: 5 }), 0);
  deepEqual([roap.text(roap.from), roap.to], ["carol", 0]);
  equal(read({ ...envelope, orig: "a\u0000b" }), codes.FAULT_CONTROL_CHARACTER);
  equal(roap.faultMember, "from");
  equal(read(offer({ orig: "a\u0000b", dest: "x".repeat(2000) })), 0);
  deepEqual([roap.from, roap.to], [0, 0]);
  equal(read({ ...envelope, roap: null }), codes.FAULT_MISSING_MEMBER);
  equal(read({ ...envelope, roap: "x" }), codes.FAULT_MEMBER_TYPE);
  equal(read({ to: "x", roap: offer({ to: "y" }) }), codes.FAULT_DUPLICATE_MEMBER);
});

Deno.test("roap knows type, error and roap only where an envelope has them", () => {
  equal(read({ type: 1, offererSessionId: "o", seq: 1, sdp }), codes.FAULT_MISSING_MEMBER);
  equal(roap.faultMember, "messageType");
  equal(read(offer({ type: {}, error: [] })), 0);
  equal(read({ roap: offer({ roap: 5, orig: 1, dest: [] }) }), 0);
});

Deno.test("roap takes the types and errors of a client in use", () => {
  const message = { ...offer({ version: "1.0", tieBreaker: "99" }), messageType: "OFFER_RESPONSE" };
  equal(read(message), 0);
  equal(roap.type, codes.ROAP_OFFER);
  equal(read({ ...message, messageType: "OFFER_REQUEST" }), 0);
  equal(roap.type, codes.ROAP_OFFER_REQUEST);
  for (
    const [errorType, type] of [
      ["OUT_OF_ORDER", codes.ERROR_TYPE_NOMATCH],
      ["INVALID_STATE", codes.ERROR_TYPE_FAILED],
      ["RETRY", codes.ERROR_TYPE_FAILED],
    ] as const
  ) {
    equal(read({ messageType: "ERROR", errorType, errorCause: "x", retryAfter: 3 }), 0);
    equal(roap.errorType, type);
  }
});

Deno.test("roap takes no name that only resembles a member's", () => {
  const whole: Record<string, unknown> = {
    ...reference[0],
    moreComing: true,
    status: 404,
    from: "a",
    to: "b",
    setResponseToken: "c",
  };
  for (const name of Object.keys(whole)) {
    const { [name]: value, ...rest } = whole;
    const without = {
      fault: read(rest),
      type: roap.type,
      tieBreaker: roap.tieBreaker,
      answerer: roap.answererSessionId === 0,
    };
    const others = [...name].map((_, index) => name.slice(0, index) + "x" + name.slice(index + 1));
    for (const other of [...others, name + "x", name.slice(1), name.toUpperCase(), `${name}\0`]) {
      const fault = read({ ...rest, [other]: value });
      deepEqual(
        { fault, type: roap.type, tieBreaker: roap.tieBreaker, answerer: roap.answererSessionId === 0 },
        without,
        other,
      );
    }
  }
});

Deno.test("roap knows usual names with an escape, with white space behind them, and none of them in info", () => {
  const whole = { ...reference[0], to: "sip:a@b.example" };
  equal(read(whole), 0);
  const members =
    () => [roap.type, roap.seq, roap.tieBreaker, roap.answererSessionId !== 0, roap.text(roap.to)];
  const expected = members();
  const text = JSON.stringify(whole);
  for (const name of Object.keys(whole)) {
    const last = name.charCodeAt(name.length - 1).toString(16).padStart(4, "0");
    for (const spelt of [`"${name.slice(0, -1)}\\u${last}":`, `"${name}" :`, `"${name}":\t`]) {
      equal(read(text.replace(`"${name}":`, spelt)), 0, spelt);
      deepEqual(members(), expected, spelt);
    }
    equal(read({ ...whole, info: { [name]: "other" } }), 0, name);
    deepEqual(members(), expected, name);
  }
});

Deno.test("roap names the member that a type lacks", () => {
  for (const [index, message] of reference.entries()) {
    for (const member of [...members, "errorType"]) {
      if (!(member in message)) continue;
      const { [member as keyof typeof message]: _, ...rest } = message;
      const optional = index === 4
        ? member !== "errorType" && member !== "messageType"
        : member === "answererSessionId" && index !== 1;
      equal(read(rest), optional ? 0 : codes.FAULT_MISSING_MEMBER, `${message.messageType} ${member}`);
      equal(roap.faultMember, optional ? "" : member);
    }
  }
  equal(read(offer({ sdp: "" })), codes.FAULT_MISSING_MEMBER);
  equal(roap.faultMember, "sdp");
});

Deno.test("roap keeps ids and seq after a fault in another member", () => {
  equal(
    read({ messageType: "OFFER", sdp: 5, offererSessionId: "o", answererSessionId: "a", seq: 9 }),
    codes.FAULT_MEMBER_TYPE,
  );
  equal(roap.faultMember, "sdp");
  deepEqual([roap.text(roap.offererSessionId), roap.text(roap.answererSessionId), roap.seq], ["o", "a", 9]);
  equal(read({ messageType: "HELLO", offererSessionId: "o", seq: 9 }), codes.FAULT_UNKNOWN_TYPE);
  deepEqual([roap.text(roap.offererSessionId), roap.seq, roap.type], ["o", 9, 0]);
});

Deno.test("roap forgets the message before", () => {
  equal(read(reference[4]), 0);
  equal(read({ messageType: "MESSAGE" }), 0);
  deepEqual(
    [roap.offererSessionId, roap.answererSessionId, roap.seq, roap.errorType, roap.faultOffset],
    [0, 0, -1, 0, 0],
  );
});

Deno.test("faultText has a sentence for every fault of a ROAP message", () => {
  for (const [name, code] of Object.entries(codes)) {
    if (!name.startsWith("FAULT_") || code < 100 || code > 199) continue;
    equal(faultText(code).startsWith("Unknown fault"), false, name);
    equal(faultStatus(code), 400);
  }
});
