// Does the time grow linearly? Doubling a field at most doubles it: else a long field would be an attack.

import { CONTEXT_NONE, HEADER_VIA, METHOD_INVITE, ROAP_OFFER } from "../../wasm/assembly/codes.ts";
import { faultText, load, loadText, resetOutput } from "../../wasm/codec.ts";
import { envelope } from "../../wasm/envelope.ts";
import { Framer } from "../../wasm/frame.ts";
import { roap } from "../../wasm/roap.ts";
import { writeRoap } from "../../wasm/roap_writer.ts";
import { sip } from "../../wasm/sip.ts";
import { writeRequest } from "../../wasm/sip_writer.ts";
import { timeInTurn, work } from "../rounds.ts";
import { duration, table } from "../table.ts";
import { type Growing, GROWING_SIP, LONG } from "./growing_fields.ts";
import { GROWING_ROAP } from "./growing_roap.ts";

/** What a message is put through. Answers a FAULT_* of the codec, 0 = none. */
interface Work {
  readonly name: string;
  readonly run: (message: Uint8Array) => number;
}

export interface Growth {
  readonly name: string;
  readonly unit: Growing["unit"];
  readonly length: number;
  /** Medians in nanoseconds, at `length` and at twice that. */
  readonly nanoseconds: number;
  readonly doubled: number;
  readonly ratio: number;
  readonly kept: boolean;
  /** Why the codec refuses the doubled message; "" = it is taken. */
  readonly refused: string;
}

/** Twice, and 15 in a hundred for noise and for the caches, of which the longer message fills more. */
export const MOST = 2.3;
const ATTEMPTS = 3;
const ROUNDS = { rounds: 31, batchMillis: 0.4, warmUpMillis: 15 };
/** Bytes of a stream that come at a time. */
const CHUNK = 512;
const HEAD = {
  method: METHOD_INVITE,
  requestUri: "sip:desk@example.org",
  via: "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0d6f3b82e7;rport",
  maxForwards: 70,
  route: "",
  from: "<sip:alice@ropeway.local>;tag=Jd80TrQ5",
  to: "<sip:desk@example.org>",
  callId: "q81mZ0vXc2@198.51.100.1",
  cseq: 1,
  contact: "<sip:alice@198.51.100.1:5060>",
  contentType: "application/sdp",
  lines: [],
};
const ROAP_HEAD = {
  type: ROAP_OFFER,
  offererSessionId: "Qw83nLx0",
  answererSessionId: "",
  seq: 1,
  tieBreaker: 7,
  moreComing: false,
  errorType: 0,
  status: 0,
  reason: "",
  from: "sip:alice@ropeway.local",
  to: "",
  sessionToken: "",
  responseToken: "",
};

const READ_SIP: Work = {
  name: "SIP",
  run: (message) => sip.read(load(message)),
};
const READ_ROAP: Work = {
  name: "ROAP",
  run: (message) => roap.read(load(message)),
};

/** And the lines that a response copies, and the routes of a dialog. */
const ANSWER: Work = {
  name: "SIP, answered",
  run(message) {
    const fault = sip.read(load(message));
    if (fault === 0 || sip.answerable) sip.responseLines("192.0.2.41", 5060);
    if (fault === 0) sip.routeSet(true);
    return fault;
  },
};

/** And every Contact value in turn, as a registrar does. */
const CONTACTS: Work = {
  name: "SIP, each Contact",
  run(message) {
    const fault = sip.read(load(message));
    if (fault === 0) { for (let nth = 0; sip.selectContact(nth); nth++); }
    return fault;
  },
};

const FRAME: Work = {
  name: "SIP, framed",
  run(message) {
    const framer = new Framer();
    for (let at = 0; at < message.length; at += CHUNK) {
      framer.push(message.subarray(at, at + CHUNK));
      const frame = framer.next();
      if (frame?.type === "fault") return frame.code;
      if (frame?.type === "message") return 0;
    }
    return 0;
  },
};

const TO_SIP: Work = {
  name: "ROAP → SIP",
  run(message) {
    resetOutput();
    const fault = roap.read(load(message));
    if (fault === 0 && envelope.toSip(CONTEXT_NONE)) {
      writeRequest(HEAD, roap.sdp);
    }
    return fault;
  },
};

const TO_ROAP: Work = {
  name: "SIP → ROAP",
  run(message) {
    resetOutput();
    const fault = sip.read(load(message));
    if (fault === 0) writeRoap(ROAP_HEAD, sip.body);
    return fault;
  },
};

const WRITE_TEXT: Work = {
  name: "ROAP written",
  run(message) {
    resetOutput();
    const reason = "x".repeat(message.length);
    writeRoap({ ...ROAP_HEAD, reason }, undefined);
    return loadText(reason) > 0 ? 0 : 1;
  },
};

/** The topmost Via of the message, written into a request of ours. */
const WRITE_VIA: Work = {
  name: "SIP written",
  run(message) {
    resetOutput();
    const fault = sip.read(load(message));
    if (fault === 0) writeRequest({ ...HEAD, via: sip.text(sip.value(HEADER_VIA)) }, undefined);
    return fault;
  },
};

function named(
  growing: readonly Growing[],
  ...names: readonly string[]
): Growing[] {
  return growing.filter(({ name }) => names.includes(name));
}

/** Which work the messages of a field are put through. */
const TASKS: readonly (readonly [Work, readonly Growing[]])[] = [
  [READ_SIP, GROWING_SIP],
  [
    ANSWER,
    named(
      GROWING_SIP,
      "Via lines",
      "Record-Route lines",
      "Via values",
      "Call-ID",
    ),
  ],
  [
    CONTACTS,
    named(GROWING_SIP, "Contact values", "Contact lines"),
  ],
  [FRAME, named(GROWING_SIP, "SDP", "Subject", "header lines, unknown")],
  [TO_ROAP, named(GROWING_SIP, "SDP")],
  [READ_ROAP, GROWING_ROAP],
  [TO_SIP, named(GROWING_ROAP, "sdp, plain", "sdp, short lines")],
  [WRITE_VIA, named(GROWING_SIP, "Via, branch", "Via, many parameters", "Via, HTABs")],
  [WRITE_TEXT, [{
    name: "reason",
    unit: "bytes",
    length: LONG / 2,
    build: (length) => "x".repeat(length),
  }]],
];

export async function measureGrowth(): Promise<Growth[]> {
  const rows: Growth[] = [];
  for (const [{ name, run }, fields] of TASKS) {
    for (const field of fields) {
      rows.push(await double(field, { name: `${name}: ${field.name}`, run }));
    }
  }
  return rows;
}

/** A ratio above the limit is measured again, and the lowest counts: noise comes and goes, quadratic work stays. */
async function double(
  { unit, length, build }: Growing,
  { name, run }: Work,
): Promise<Growth> {
  const encoder = new TextEncoder();
  const once = encoder.encode(build(length));
  const twice = encoder.encode(build(2 * length));
  const fault = run(twice);
  const refused = fault === 0 ? "" : faultText(fault);
  let best: Growth | undefined;
  for (let attempt = 0; attempt < ATTEMPTS && !best?.kept; attempt++) {
    const timings = await timeInTurn([
      work(`${name}, once`, () => run(once) + 1),
      work(`${name}, twice`, () => run(twice) + 1),
    ], ROUNDS);
    const [
      { median: nanoseconds } = { median: NaN },
      { median: doubled } = { median: NaN },
    ] = timings;
    const ratio = doubled / nanoseconds;
    if (best !== undefined && best.ratio <= ratio) continue;
    best = {
      name,
      unit,
      length,
      nanoseconds,
      doubled,
      ratio,
      kept: ratio <= MOST,
      refused,
    };
  }
  if (best === undefined) throw new Error("No attempt was made");
  return best;
}

export function printGrowth(rows: readonly Growth[]): string {
  const missed = rows.filter(({ kept }) => !kept);
  const head = ["field", "length", "time", "twice", "ratio", "answer"];
  const cells = rows.map((row) => [
    row.name,
    `${row.length} ${row.unit}`,
    duration(row.nanoseconds),
    duration(row.doubled),
    row.ratio.toFixed(2) + (row.kept ? "" : " MISSED"),
    row.refused === "" ? "taken" : row.refused,
  ]);
  return [
    table([head, ...cells]),
    `  budget: twice the field takes at most ${MOST} times as long (2, and room for noise): ${
      missed.length === 0 ? "kept" : `MISSED by ${missed.map(({ name }) => name).join("; ")}`
    }`,
  ].join("\n");
}
