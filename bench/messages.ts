// The messages that are measured. Each says its size, which is checked: a figure is nothing without it.

import { BROWSER_SDP, PHONE_SDP, VIDEO_SDP } from "./sdp.ts";

/** A message and what it is called in the tables. */
export interface Message {
  readonly name: string;
  readonly text: string;
  readonly bytes: Uint8Array;
}

const CALL = [
  "Via: SIP/2.0/UDP 198.51.100.9:5060;branch=z9hG4bK7c1e58a90d;rport",
  "Via: SIP/2.0/UDP 192.0.2.41:5062;branch=z9hG4bKf27b;received=192.0.2.41",
  "Record-Route: <sip:198.51.100.9;lr>",
  "Max-Forwards: 69",
  'From: "Front desk" <sip:desk@example.org>;tag=4e9a61c7',
  "To: <sip:alice@ropeway.local>",
  "Call-ID: 0f83b6d2-71a4@192.0.2.41",
  "CSeq: 2041 INVITE",
  "Contact: <sip:desk@192.0.2.41:5062>",
  "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
  "Supported: 100rel, timer, replaces",
  "Session-Expires: 1800",
  "P-Asserted-Identity: <sip:desk@example.org>",
];

export const SHORT_INVITE = sip("INVITE, short SDP", {
  start: "INVITE sip:alice@198.51.100.1:5060 SIP/2.0",
  lines: [...CALL, "User-Agent: Fieldphone/7"],
  sdp: PHONE_SDP,
  size: 880,
});

export const VIDEO_INVITE = sip("INVITE, browser's SDP with video", {
  start: "INVITE sip:alice@198.51.100.1:5060 SIP/2.0",
  lines: [...CALL, "User-Agent: Gateway/2.14 (relay; bench)"],
  sdp: VIDEO_SDP,
  size: 8192,
});

export const BROWSER_INVITE = sip("INVITE, browser's SDP", {
  start: "INVITE sip:alice@198.51.100.1:5060 SIP/2.0",
  lines: [...CALL, "User-Agent: Gateway/2.14 (relay; bench)"],
  sdp: BROWSER_SDP,
  size: 2500,
});

export const REGISTER = sip("REGISTER with digest", {
  start: "REGISTER sip:ropeway.local SIP/2.0",
  lines: [
    "Via: SIP/2.0/UDP 192.0.2.41:5062;branch=z9hG4bK93d05bc1;rport",
    "Max-Forwards: 70",
    "From: <sip:desk@ropeway.local>;tag=b2c40e17",
    "To: <sip:desk@ropeway.local>",
    "Call-ID: 6a5d90e3c8@192.0.2.41",
    "CSeq: 17 REGISTER",
    "Contact: <sip:desk@192.0.2.41:5062>;expires=600",
    'Authorization: Digest username="desk", realm="ropeway.local", nonce="mb3x9.Qv72LkPw05.9f4e2ab16cd8703e51ba", ' +
    'uri="sip:ropeway.local", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="5c81fe02", ' +
    'response="7d4b09a2c6e81f35b09d76ca4e12f8037bd5619ec048a2f7316b8d9c05ef42a1"',
    "User-Agent: Fieldphone/7",
    "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
    "Supported: path, outbound",
  ],
  sdp: [],
  size: 0,
});

export const ROUTED_OK = sip("200, long Record-Route", {
  start: "SIP/2.0 200 OK",
  lines: [
    "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0d6f3b82e7;rport=5060;received=198.51.100.1",
    "Record-Route: <sip:as1.ims.example.org;transport=udp;lr;did=51c.7a0>, <sip:mo@scscf1.ims.example.org:6060;lr>",
    "Record-Route: <sip:icscf.ims.example.org:4060;lr>, <sip:mt@scscf2.ims.example.org:6060;lr;ftag=9b7>",
    "Record-Route: <sip:mt@pcscf.visited.example.net:5060;lr;ovid=3c1>, <sip:198.51.100.9;lr>",
    "From: <sip:alice@ropeway.local>;tag=Jd80TrQ5",
    "To: <sip:desk@example.org>;tag=91c7e4",
    "Call-ID: q81mZ0vXc2@198.51.100.1",
    "CSeq: 1 INVITE",
    "Contact: <sip:desk@192.0.2.41:5062>",
    "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
    "Supported: 100rel, timer, replaces",
    "User-Agent: Fieldphone/7",
  ],
  sdp: PHONE_SDP,
  size: 0,
});

const ANSWER = [
  "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK0d6f3b82e7;rport=5060;received=198.51.100.1",
  "Record-Route: <sip:198.51.100.9;lr>",
  "From: <sip:alice@ropeway.local>;tag=Jd80TrQ5",
  "To: <sip:desk@example.org>;tag=91c7e4",
  "Call-ID: q81mZ0vXc2@198.51.100.1",
  "CSeq: 1 INVITE",
  "Contact: <sip:desk@192.0.2.41:5062>",
  "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
  "Supported: 100rel, timer, replaces",
  "User-Agent: Fieldphone/7",
];

/** Answers that become ROAP ANSWERs. */
export const OK_MESSAGES: readonly Message[] = [
  sip("200, browser's SDP", { start: "SIP/2.0 200 OK", lines: ANSWER, sdp: BROWSER_SDP, size: 2500 }),
  sip("200, browser's SDP with video", {
    start: "SIP/2.0 200 OK",
    lines: ANSWER,
    sdp: VIDEO_SDP,
    size: 8192,
  }),
];

export const OFFERS: readonly Message[] = [offer(BROWSER_SDP, 2500), offer(VIDEO_SDP, 8192)];

export const INVITES: readonly Message[] = [SHORT_INVITE, BROWSER_INVITE, VIDEO_INVITE];

export const SIP_MESSAGES: readonly Message[] = [REGISTER, ...INVITES, ROUTED_OK];

function offer(sdp: readonly string[], size: number): Message {
  return roap("ROAP OFFER", {
    messageType: "OFFER",
    offererSessionId: "Qw83nLx0",
    sdp: sdp.join("\r\n") + "\r\n",
    seq: 1,
    tieBreaker: 2794015583,
    to: "sip:desk@example.org",
  }, size);
}

/** A SIP message with its Content-Type and Content-Length. `size` 0 = as it comes, else what the session name is stretched to. */
function sip(
  name: string,
  parts: { start: string; lines: readonly string[]; sdp: readonly string[]; size: number },
): Message {
  const whole = (sdp: readonly string[]) => {
    const body = sdp.length === 0 ? "" : sdp.join("\r\n") + "\r\n";
    const lines = body === "" ? [] : ["Content-Type: application/sdp"];
    return [parts.start, ...parts.lines, ...lines, `Content-Length: ${body.length}`, "", body].join("\r\n");
  };
  const lacking = parts.size === 0 ? 0 : parts.size - whole(parts.sdp).length;
  return message(name, whole(stretched(parts.sdp, lacking)), parts.size);
}

function roap(name: string, members: Record<string, string | number>, size: number): Message {
  const lacking = size - JSON.stringify(members).length;
  const sdp = stretched(String(members["sdp"]).split("\r\n"), lacking, 4).join("\r\n");
  return message(name, JSON.stringify({ ...members, sdp }), size);
}

/** An SDP made longer, so that sizes are round: by further candidates, and what then lacks by its session name. A line of it ends in
 * `lineEnd` bytes: four in JSON. */
function stretched(sdp: readonly string[], by: number, lineEnd = 2): string[] {
  if (by < 0) throw new RangeError(`Message is ${-by} bytes too long`);
  const lines = [...sdp];
  const last = lines.findLastIndex((line) => line.startsWith("a=candidate:"));
  for (let port = 61001; last >= 0 && by > 120; port++) {
    const candidate = `a=candidate:${
      port * 4099
    } 1 udp 1686052607 198.51.100.24 ${port} typ srflx raddr 10.20.30.40 rport ${port}`;
    lines.splice(last + 1, 0, candidate);
    by -= candidate.length + lineEnd;
  }
  return lines.map((line) => line.startsWith("s=") ? line + "-".repeat(by) : line);
}

function message(name: string, text: string, size: number): Message {
  const bytes = new TextEncoder().encode(text);
  if (size !== 0 && bytes.length !== size) {
    throw new RangeError(`${name} has ${bytes.length} bytes, not ${size}`);
  }
  return { name, text, bytes };
}
