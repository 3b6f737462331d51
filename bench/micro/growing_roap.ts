// Messages of which one field can be made as long as wanted: for each field of ROAP a builder of the text.

import { type Growing, LONG, repeat } from "./growing_fields.ts";

function roap(members: string): string {
  return `{"messageType":"OFFER","offererSessionId":"Qw83nLx0","seq":1,"tieBreaker":7,"to":"sip:a@b"${members}}`;
}

const SDP = ',"sdp":"v=0\\r\\n"';

function text(
  name: string,
  unit: Growing["unit"],
  make: (count: number) => string,
  length: number,
): Growing {
  return { name, unit, length, build: (count) => roap(make(count)) };
}

export const GROWING_ROAP: readonly Growing[] = [
  text("sdp, plain", "bytes", (count) => `,"sdp":"${"a".repeat(count)}"`, LONG),
  text(
    "sdp, short lines",
    "bytes",
    (count) => `,"sdp":"${"a=b\\r\\n".repeat(count / 7)}"`,
    LONG,
  ),
  text(
    "sdp, \\u escapes",
    "bytes",
    (count) => `,"sdp":"${"\\u00e9".repeat(count / 6)}"`,
    LONG,
  ),
  text(
    "sdp, UTF-8",
    "bytes",
    (count) => `,"sdp":"${"é".repeat(count / 2)}"`,
    LONG,
  ),
  text(
    "sdp without end",
    "bytes",
    (count) => `,"sdp":"${"a".repeat(count)}`,
    LONG,
  ),
  text(
    "sdp, backslashes",
    "bytes",
    (count) => `,"sdp":"${"\\\\".repeat(count / 2)}"`,
    LONG,
  ),
  text(
    "unknown text",
    "bytes",
    (count) => `${SDP},"extra":"${"a".repeat(count)}"`,
    LONG,
  ),
  text(
    "unknown members",
    "members",
    (count) => SDP + repeat(count, (at) => `,"x${at}":1`).join(""),
    1200,
  ),
  text(
    "one member again and again",
    "members",
    (count) => SDP + ',"x":1'.repeat(count),
    3000,
  ),
  text(
    "unknown array",
    "members",
    (count) => `${SDP},"x":[${"1,".repeat(count)}1]`,
    12_000,
  ),
  text(
    "nesting, arrays",
    "levels",
    (count) => `${SDP},"x":${"[".repeat(count)}${"]".repeat(count)}`,
    12_000,
  ),
  text(
    "nesting, objects",
    "levels",
    (count) => `${SDP},"x":${'{"a":'.repeat(count)}1${"}".repeat(count)}`,
    4000,
  ),
  text(
    "digits of a number",
    "bytes",
    (count) => `${SDP},"x":${"1".repeat(count)}`,
    LONG,
  ),
  text("white space", "bytes", (count) => SDP + " ".repeat(count), LONG),
  text(
    "name of a member",
    "bytes",
    (count) => `${SDP},"${"a".repeat(count)}":1`,
    LONG,
  ),
  text(
    "to",
    "bytes",
    (count) => `${SDP},"from":"sip:${"a".repeat(count)}@b"`,
    LONG,
  ),
];
