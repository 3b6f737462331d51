// Session descriptions as telephones and browsers write them, in lines. Lengths and line ends are theirs; nobody here reads them.

/** What a desk phone offers. */
export const PHONE_SDP: readonly string[] = [
  "v=0",
  "o=desk 20518 20519 IN IP4 192.0.2.41",
  "s=call",
  "c=IN IP4 192.0.2.41",
  "t=0 0",
  "m=audio 20480 RTP/AVP 8 0 101",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=ptime:20",
  "a=sendrecv",
];

/** What a browser offers for a telephone call. */
export const BROWSER_SDP: readonly string[] = [
  "v=0",
  "o=- 5163904286117724018 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "a=extmap-allow-mixed",
  "a=msid-semantic: WMS 2d6c4fb1-8e37-4c9f-9b1d-50a2c7e0b316",
  "m=audio 50122 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
  "c=IN IP4 198.51.100.23",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=candidate:2381459062 1 udp 2122260223 10.20.30.40 50122 typ host generation 0 network-id 1 network-cost 10",
  "a=candidate:1906270941 1 udp 2122194687 fd12:3456:789a::40 50123 typ host generation 0 network-id 2 network-cost 10",
  "a=candidate:3044186617 1 udp 1686052607 198.51.100.23 50122 typ srflx raddr 10.20.30.40 rport 50122 generation 0",
  "a=candidate:1570933208 1 udp 41885439 203.0.113.77 61904 typ relay raddr 198.51.100.23 rport 50122 generation 0",
  "a=candidate:1347702285 1 tcp 1518280447 10.20.30.40 9 typ host tcptype active generation 0 network-id 1",
  "a=candidate:857290614 1 tcp 1518214911 fd12:3456:789a::40 9 typ host tcptype active generation 0 network-id 2",
  "a=ice-ufrag:t4Kd",
  "a=ice-pwd:9wQmB2xYc7LfHs1ZpRv8NaGe",
  "a=ice-options:trickle",
  "a=fingerprint:sha-256 3C:91:0E:5A:F7:44:D2:6B:88:1F:A0:C3:7D:29:E6:54:0B:B8:63:9D:12:F5:4E:87:CA:30:76:DB:05:E9:AC:41",
  "a=setup:actpass",
  "a=mid:0",
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=extmap:2 urn:ietf:params:rtp-hdrext:sdes:mid",
  "a=sendrecv",
  "a=msid:2d6c4fb1-8e37-4c9f-9b1d-50a2c7e0b316 71e8a05d-c34b-4f26-a9d7-0b6f18c5e294",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:63 red/48000/2",
  "a=fmtp:63 111/111",
  "a=rtpmap:9 G722/8000",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:13 CN/8000",
  "a=rtpmap:110 telephone-event/48000",
  "a=rtpmap:126 telephone-event/8000",
  "a=ssrc:2890174653 cname:Zt5vQk0sWfYbMx3E",
];

/** Payload type → codec: what a browser offers for video, each with its retransmission. */
const VIDEO_CODECS: readonly (readonly [type: number, codec: string, format: string])[] = [
  [96, "VP8", ""],
  [102, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"],
  [104, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f"],
  [106, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"],
  [108, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"],
  [127, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"],
  [39, "H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f"],
  [45, "AV1", "level-idx=5;profile=0;tier=0"],
  [98, "VP9", "profile-id=0"],
  [100, "VP9", "profile-id=2"],
  [112, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f"],
];
const FEEDBACK = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"];

function videoLines(): string[] {
  const codecs = VIDEO_CODECS.flatMap(([type, codec, format]) => [
    `a=rtpmap:${type} ${codec}/90000`,
    ...FEEDBACK.map((kind) => `a=rtcp-fb:${type} ${kind}`),
    ...(format === "" ? [] : [`a=fmtp:${type} ${format}`]),
    `a=rtpmap:${type + 1} rtx/90000`,
    `a=fmtp:${type + 1} apt=${type}`,
  ]);
  const types = VIDEO_CODECS.map(([type]) => `${type} ${type + 1}`).join(" ");
  return [
    `m=video 9 UDP/TLS/RTP/SAVPF ${types}`,
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    ...BROWSER_SDP.filter((line) => /^a=(ice-|fingerprint|setup)/.test(line)),
    "a=mid:1",
    "a=extmap:14 urn:ietf:params:rtp-hdrext:toffset",
    "a=extmap:13 urn:3gpp:video-orientation",
    "a=sendrecv",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    ...codecs,
    "a=ssrc-group:FID 1730528846 3308125974",
    "a=ssrc:1730528846 cname:Zt5vQk0sWfYbMx3E",
    "a=ssrc:3308125974 cname:Zt5vQk0sWfYbMx3E",
  ];
}

/** What a browser offers for a video call: the many short lines of its codecs. */
export const VIDEO_SDP: readonly string[] = [...BROWSER_SDP, ...videoLines()];
