// What is offered and answered: an audio call as browsers write it, short enough for a request to stay below 1300 bytes, so that
// it goes over UDP (RFC 3261 section 18.1.1). The session's number is the call's.

import { CALL } from "./generator/template.ts";

const LINES = (side: string, setup: string): readonly string[] => [
  "v=0",
  `o=- ${CALL} 2 IN IP4 127.0.0.1`,
  `s=${side}`,
  "t=0 0",
  "m=audio 50122 UDP/TLS/RTP/SAVPF 111 8 0 126",
  "c=IN IP4 198.51.100.23",
  "a=candidate:2381459062 1 udp 2122260223 10.20.30.40 50122 typ host generation 0",
  "a=ice-ufrag:t4Kd",
  "a=ice-pwd:9wQmB2xYc7LfHs1ZpRv8NaGe",
  "a=fingerprint:sha-256 3C:91:0E:5A:F7:44:D2:6B:88:1F:A0:C3:7D:29:E6:54:0B:B8:63:9D:12:F5:4E:87:CA:30:76:DB:05:E9:AC:41",
  `a=setup:${setup}`,
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:126 telephone-event/8000",
];

export const OFFER_SDP = LINES("offer", "actpass").join("\r\n") + "\r\n";
export const ANSWER_SDP = LINES("answer", "active").join("\r\n") + "\r\n";

/** What a gateway for media can make something of: Janus reads and rewrites what it relays. */
export const GATEWAY_OFFER_SDP =
  OFFER_SDP.replace("t=0 0\r\n", "t=0 0\r\na=group:BUNDLE 0\r\na=msid-semantic: WMS s\r\n")
    .replace("a=sendrecv\r\n", "a=sendrecv\r\na=msid:s t\r\n") + "a=ssrc:2890174653 cname:load\r\n";
export const PHONE_ANSWER_SDP = [
  "v=0",
  `o=- ${CALL} 2 IN IP4 127.0.0.1`,
  "s=answer",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 9 RTP/AVP 8 0 126",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:126 telephone-event/8000",
  "a=sendrecv",
  "",
].join("\r\n");
