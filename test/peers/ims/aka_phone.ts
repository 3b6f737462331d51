// A phone that registers with AKA, by hand: sipp as Debian builds it cannot.

import { header, type SipText } from "../../scenarios/sip_text.ts";
import { type Card, digestResponse } from "./aka.ts";
import { type Network, SIP_PORT } from "./network.ts";
import { exchange } from "./udp_exchange.ts";
import { type AkaUser, DOMAIN } from "./users.ts";

const REALM_URI = `sip:${DOMAIN}`;
const NC = "00000001";
const CNONCE = "0a4f113b";
/** RFC 3310 section 3.4: more challenges than a resynchronisation takes are an error of the network's. */
const ROUNDS = 3;

export interface AkaRound {
  readonly challenge: SipText;
  /** What the card made of it. */
  readonly kind: "answer" | "resynchronise" | "impostor";
  /** Keys of the card and of the challenge, in hexadecimal: a P-CSCF takes the latter out, and here there is none. */
  readonly keys?: { readonly card: string; readonly network: string };
}

/** Registers at the I-CSCF. Resolves to the final answer and to the challenges on the way. */
export async function registerByAka(
  { network }: { network: Network },
  user: AkaUser,
  card: Card,
): Promise<{ answer: SipText; rounds: AkaRound[] }> {
  const own = { host: network.host(user.host), port: SIP_PORT };
  const callId = crypto.randomUUID();
  using socket = exchange(own, network.address("icscf"));
  const rounds: AkaRound[] = [];
  let authorization = credentials({ username: user.impi, nonce: "", response: "" });
  for (let cseq = 1;; cseq++) {
    const answer = await socket.request([
      `REGISTER ${REALM_URI} SIP/2.0`,
      `Via: SIP/2.0/UDP ${own.host}:${own.port};branch=z9hG4bK${callId}${cseq};rport`,
      "Max-Forwards: 70",
      `From: <${user.sip}>;tag=${callId}`,
      `To: <${user.sip}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} REGISTER`,
      `Contact: <sip:${user.name}@${own.host}:${own.port}>;expires=600`,
      `Authorization: ${authorization}`,
      "Supported: path",
    ]);
    if (answer.start !== "401" || rounds.length === ROUNDS) return { answer, rounds };
    const challenge = header(answer, "www-authenticate");
    const nonce = parameterOf(challenge, "nonce");
    const made = card.answer(Uint8Array.fromBase64(nonce));
    if (made.kind === "impostor") {
      return { answer, rounds: [...rounds, { challenge: answer, kind: made.kind }] };
    }
    const password = made.kind === "answer" ? made.res : new Uint8Array();
    const response = digestResponse({
      ...{ username: user.impi, realm: DOMAIN, password, method: "REGISTER", uri: REALM_URI },
      ...{ nonce, nc: NC, cnonce: CNONCE },
    });
    const auts = made.kind === "resynchronise" ? { auts: made.auts.toBase64() } : {};
    authorization = credentials({ username: user.impi, nonce, response, ...auts });
    const keys = made.kind === "answer"
      ? {
        keys: {
          card: made.ck.toHex() + made.ik.toHex(),
          network: parameterOf(challenge, "ck") + parameterOf(challenge, "ik"),
        },
      }
      : {};
    rounds.push({ challenge: answer, kind: made.kind, ...keys });
  }
}

function credentials(
  { username, nonce, response, auts }: { username: string; nonce: string; response: string; auts?: string },
): string {
  const quoted = Object.entries({
    username,
    realm: DOMAIN,
    nonce,
    uri: REALM_URI,
    response,
    cnonce: CNONCE,
    auts,
  });
  const parts = quoted.filter(([, value]) => value !== undefined).map(([name, value]) =>
    `${name}="${value}"`
  );
  return `Digest ${[...parts, "algorithm=AKAv1-MD5", "qop=auth", `nc=${NC}`].join(", ")}`;
}

function parameterOf(challenge: string, name: string): string {
  return new RegExp(`[\\s,]${name}="?([^",]*)`).exec(challenge)?.[1] ?? "";
}
