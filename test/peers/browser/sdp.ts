// What phones without media have to say so that a browser takes it: keys and candidates that lead nowhere.

const MEDIA = [
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 127.0.0.1",
  "a=mid:0",
  "a=rtcp-mux",
  "a=ice-ufrag:rope",
  "a=ice-pwd:0123456789abcdef01234567",
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`,
  "a=rtpmap:111 opus/48000/2",
];

function description(
  { version, setup, direction }: { version: number; setup: string; direction: string },
): string {
  const session = ["v=0", `o=phone 7 ${version} IN IP4 127.0.0.1`, "s=-", "t=0 0", "a=group:BUNDLE 0"];
  return [...session, ...MEDIA, `a=setup:${setup}`, `a=${direction}`, ""].join("\r\n");
}

/** For phones that are called: they answer, and offer a hold. */
export const BODIES = {
  sdp: description({ version: 1, setup: "active", direction: "sendrecv" }),
  hold: description({ version: 2, setup: "actpass", direction: "sendonly" }),
};

/** For a phone that answers a hold. */
export const HELD = description({ version: 2, setup: "active", direction: "recvonly" });

/** For phones that call. */
export const OFFERS = {
  sdp: description({ version: 1, setup: "actpass", direction: "sendrecv" }),
  hold: description({ version: 2, setup: "actpass", direction: "sendonly" }),
};
