// What a new call costs that overload control turns away: the OFFER and its ERROR, or the INVITE, its 503 and the ACK. Same inputs as a call that is taken.

import { Relay } from "../../core/relay/relay.ts";
import { hash } from "../../runtime/hash.ts";
import { CryptoRandom } from "../../runtime/random.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import { load, loadText, outputText, resetOutput } from "../../wasm/codec.ts";
import { nameOf, type Sent } from "./parties.ts";
import { processorTime } from "./wave.ts";

const OWN = { transport: "udp", host: "10.0.0.1", port: 5060 } as const;
const PHONE = { transport: "udp", host: "10.0.0.2", port: 5070, flow: 0, localPort: 5060 } as const;

export const REFUSALS = ["refused: OFFER → ERROR", "refused: INVITE → 503, ACK"] as const;

export class Refusing {
  readonly #calls: number;
  readonly #offer: string;
  readonly #tables = relayTables();
  readonly #relay: Relay;
  #serial = 0;

  constructor({ calls, offer }: { calls: number; offer: string }) {
    this.#calls = calls;
    this.#offer = offer;
    this.#relay = new Relay({
      config: { domain: "ropeway.local", listeners: [OWN], accounts: new Map(), ims: undefined },
      tables: this.#tables,
      random: new CryptoRandom(),
      hash,
      now: 0,
      admission: { admits: () => false, unreadable() {} },
    });
    this.#relay.open(1, { user: "alice", dialect: "roap.ims" }, 0);
  }

  /**
   * Microseconds of processor time for all calls, in the order of REFUSALS.
   *
   * @throws Error when one is not refused, or leaves anything behind
   */
  run(): number[] {
    const offers = this.#many(() => this.#roap());
    const invites = this.#many(() => this.#invite());
    const answers: Sent[] = [];
    const ofOffers = processorTime(() => this.#play(offers, answers));
    expect(answers, "ERROR");
    answers.length = 0;
    let ofInvites = processorTime(() => this.#play(invites, answers));
    expect(answers, "503");
    const acks = invites.map((invite, at) => ackTo(invite, answers[at]!));
    answers.length = 0;
    ofInvites += processorTime(() => this.#play(acks, answers));
    const { sessions, calls, legs, servers } = this.#tables;
    const kept = answers.length + sessions.size + calls.size + legs.size + servers.size;
    if (kept > 0) throw new Error("Something stays of a call that was refused");
    return [ofOffers, ofInvites];
  }

  #many<Input>(make: () => Input): Input[] {
    return Array.from({ length: this.#calls }, make);
  }

  #play(inputs: readonly Sent[], answers: Sent[]): void {
    const relay = this.#relay;
    for (const input of inputs) {
      if (typeof input === "string") relay.roap(1, loadText(input), 0);
      else relay.sip(PHONE, load(input), 0);
      for (const output of relay.outputs) {
        if (output.type === "sip") answers.push(output.bytes.slice());
        else if (output.type === "text") answers.push(outputText(output.start, output.length));
      }
      relay.outputs.length = 0;
      resetOutput();
    }
  }

  #roap(): string {
    return JSON.stringify({
      messageType: "OFFER",
      offererSessionId: `r${(++this.#serial).toString(36)}`,
      sdp: this.#offer,
      seq: 1,
      tieBreaker: 2794015583,
      to: "sip:desk@example.org",
    });
  }

  #invite(): Uint8Array {
    const serial = (++this.#serial).toString(36);
    return new TextEncoder().encode(
      [
        "INVITE sip:alice@ropeway.local SIP/2.0",
        `Via: SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK5f0c1d${serial};rport`,
        "Max-Forwards: 70",
        `From: "Front desk" <sip:desk@example.org>;tag=4e9a${serial}`,
        "To: <sip:alice@ropeway.local>",
        `Call-ID: 0f83b6d2-${serial}@10.0.0.2`,
        "CSeq: 2041 INVITE",
        "Contact: <sip:desk@10.0.0.2:5070>",
        "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, PRACK",
        "Supported: 100rel, timer, replaces",
        "User-Agent: Fieldphone/7",
        "Content-Type: application/sdp",
        `Content-Length: ${this.#offer.length}`,
        "",
        this.#offer,
      ].join("\r\n"),
    );
  }
}

/** RFC 3261 section 17.1.1.3. */
function ackTo(invite: Sent, response: Sent): Uint8Array {
  const decoder = new TextDecoder();
  const lines = decoder.decode(invite as Uint8Array).split("\r\n");
  const to = decoder.decode(response as Uint8Array).split("\r\n").find((line) => line.startsWith("To:"));
  const kept = lines.filter((line) => /^(Via|From|Call-ID|Max-Forwards):/.test(line));
  const all = ["ACK sip:alice@ropeway.local SIP/2.0", ...kept, to, "CSeq: 2041 ACK", "Content-Length: 0"];
  return new TextEncoder().encode(all.join("\r\n") + "\r\n\r\n");
}

function expect(answers: readonly Sent[], name: string): void {
  const other = answers.find((answer) => nameOf(answer) !== name);
  if (other !== undefined) throw new Error(`A refusal led to ${nameOf(other)}`);
}
