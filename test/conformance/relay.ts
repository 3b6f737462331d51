// A whole relay that gets one message as a datagram: what it answers.

import assert from "node:assert/strict";
import { load } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { DigestPhone } from "../digest_phone.ts";
import { Browser } from "../scenarios/browser.ts";
import { Network } from "../scenarios/network.ts";
import { RelayNode } from "../scenarios/relay_node.ts";

const domain = "ropeway.test";
const password = "tapioca";
const peer = { transport: "udp", host: "192.0.2.200", port: 5066, flow: 0 } as const;
/** Answers leave at once: no timer of a transaction comes before. */
const soon = 50;
// deno-lint-ignore no-control-regex
const lines = /^SIP\/2\.0 [1-6]\d\d [^\x00-\x1f\x7f]*\r\n(?:[\w-]+: [^\x00-\x08\x0a-\x1f\x7f]*\r\n)+\r\n$/;

export class Stage {
  readonly #network = new Network();
  readonly #node: RelayNode;

  /** alice is logged in with a browser; `account` has a password. */
  constructor(account?: string) {
    this.#node = new RelayNode({
      network: this.#network,
      host: "10.0.0.1",
      domain,
      accounts: new Map(account === undefined ? [] : [[account, password]]),
      ims: "sip:10.0.0.9",
    });
    this.#node.open(new Browser("alice"), { user: "alice", dialect: "roap.ims" });
  }

  /**
   * Delivers a datagram. The responses that come back at once. They have to be well formed; the answer to a request with a fault
   * repeats its Via, From, To, Call-ID and CSeq as they are, so that only its lines are looked at.
   */
  deliver(message: Uint8Array): string[] {
    const faulty = sip.read(load(message)) !== 0;
    const before = this.#network.packets.length;
    this.#node.receive(message, peer);
    this.#network.run(soon);
    const sent = this.#network.packets.slice(before).map(({ bytes }) => bytes);
    for (const bytes of sent) {
      const text = new TextDecoder().decode(bytes);
      const good = faulty ? lines.test(text) : sip.read(load(bytes)) === 0;
      assert.ok(good, `The relay sends ${text}`);
    }
    return sent.map((bytes) => new TextDecoder().decode(bytes)).filter((text) => text.startsWith("SIP/2.0 "));
  }

  /** Answers the challenge in a response by a second request. */
  proved(message: Uint8Array, response: string, user: string): Uint8Array {
    const challenge = /^WWW-Authenticate: (.*)$/m.exec(response)?.[1] ?? "";
    const phone = new DigestPhone({ user, password, realm: domain });
    const [method = "", uri = ""] = new TextDecoder().decode(message).split(" ");
    const line = phone.answer(challenge, { method, uri });
    const text = latin1(message);
    const second = text
      .replace(/^(CSeq\s*:\s*)(\d+)/im, (_, name: string, number: string) => `${name}${Number(number) + 1}`)
      .replace(/;branch=z9hG4bK/i, ";branch=z9hG4bKsecond")
      .replace("\r\n", `\r\n${line}\r\n`);
    return Uint8Array.from(second, (unit) => unit.charCodeAt(0));
  }
}

/** Status of a response. */
export function statusOf(response: string): number {
  return Number(response.slice("SIP/2.0 ".length, "SIP/2.0 200".length));
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
