// A whole relay under attack: inputs go straight into core, outputs are drained as the loop does it and kept as texts. The clock is
// the test's own.

import type { Admission } from "../../core/admission.ts";
import type { Hop, Transport } from "../../core/hop.ts";
import { Relay, type RelayTables } from "../../core/relay/relay.ts";
import { hash } from "../../runtime/hash.ts";
import { relayTables } from "../../runtime/relay_tables.ts";
import { load, loadText, resetOutput } from "../../wasm/codec.ts";
import { countedRandom } from "../scenarios/counted_random.ts";
import { textOf } from "../text_of.ts";

export const relayHost = "10.0.0.1";
export const domain = "ropeway.test";

/** Where a SIP message comes from. */
export interface From {
  readonly transport?: Transport;
  readonly host?: string;
  readonly port?: number;
  readonly flow?: number;
}

/** A SIP message that left, as text: each byte one character, so that nothing is lost. */
export interface Sent {
  readonly hop: Hop;
  readonly text: string;
  readonly transaction: string;
}

/** A text that left for a browser. */
export interface Told {
  readonly feed: number;
  readonly text: string;
}

export interface TargetOptions {
  readonly accounts?: ReadonlyMap<string, string>;
  readonly ims?: string;
  /** It is reached over TLS as well, at port 5061. */
  readonly hasTls?: boolean;
  readonly tables?: RelayTables;
  readonly admission?: Admission;
}

const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

export class Target {
  readonly relay: Relay;
  readonly tables: RelayTables;
  readonly sent: Sent[] = [];
  readonly told: Told[] = [];
  readonly closed: { readonly feed: number; readonly code: number }[] = [];
  /** What came to the relay from itself. */
  looped = 0;
  now = 1_000;
  #feeds = 0;
  #loop: Sent[] = [];

  constructor(
    { accounts = new Map(), ims, hasTls = false, tables = relayTables(), admission }: TargetOptions = {},
  ) {
    this.tables = tables;
    this.relay = new Relay({
      config: {
        domain,
        listeners: [
          { transport: "udp", host: relayHost, port: 5060 },
          { transport: "tcp", host: relayHost, port: 5060 },
          ...(hasTls ? [{ transport: "tls" as const, host: relayHost, port: 5061 }] : []),
        ],
        accounts,
        ims,
      },
      tables,
      random: countedRandom("relay"),
      hash,
      now: this.now,
      ...(admission === undefined ? {} : { admission }),
    });
  }

  sip(message: string | Uint8Array, from: From = {}): void {
    const { transport = "udp", host = "10.0.0.9", port = 5070, flow = 0 } = from;
    const bytes = typeof message === "string" ? encoder.encode(message) : message;
    this.act(() => this.relay.sip({ transport, host, port, flow, localPort: 5060 }, load(bytes), this.now));
  }

  /** Logs a browser in and answers its feed. */
  open(user: string, dialect: "roap" | "roap.ims" = "roap.ims", secure = false): number {
    const feed = ++this.#feeds;
    this.act(() => {
      const why = this.relay.open(feed, { user, dialect, secure }, this.now);
      if (why !== "") throw new Error(why);
    });
    return feed;
  }

  roap(feed: number, message: string | object): void {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    this.act(() => this.relay.roap(feed, loadText(text), this.now));
  }

  close(feed: number): void {
    this.act(() => this.relay.closed(feed, this.now));
  }

  /** Lets time pass, with every timer at its time. */
  pass(duration: number): void {
    const end = this.now + duration;
    for (let next = this.relay.nextTimer; next !== undefined && next <= end; next = this.relay.nextTimer) {
      this.now = Math.max(next, this.now);
      this.act(() => this.relay.tick(this.now));
    }
    this.now = end;
  }

  /** One input, its outputs, and the inputs that these are. */
  act(input: () => void): void {
    this.#step(input);
    for (let next = this.#loop.shift(); next !== undefined; next = this.#loop.shift()) {
      const { hop: { host, port }, text } = next;
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      this.looped++;
      const arrival = { transport: "loop", host, port, flow: 0, localPort: port } as const;
      this.#step(() => this.relay.sip(arrival, load(bytes), this.now));
    }
  }

  #step(input: () => void): void {
    const { outputs } = this.relay;
    const queries: number[] = [];
    try {
      input();
      for (const output of outputs) {
        switch (output.type) {
          case "sip": {
            const sent = {
              hop: output.hop,
              text: latin1.decode(output.bytes),
              transaction: output.transaction,
            };
            this.sent.push(sent);
            if (output.hop.transport === "loop") this.#loop.push(sent);
            break;
          }
          case "text":
            this.told.push({
              feed: output.feed,
              text: textOf(output),
            });
            break;
          case "close":
            this.closed.push({ feed: output.feed, code: output.code });
            break;
          case "resolve":
            queries.push(output.query);
            break;
          case "dead":
          case "note":
            break;
          case "forward":
          case "again":
          case "textAgain":
          case "announce":
            throw new Error("There is no other shard");
          default:
            output satisfies never;
        }
      }
    } finally {
      outputs.length = 0;
      resetOutput();
    }
    for (const query of queries) {
      this.#step(() => this.relay.resolved(query, { hops: [], isSure: true }, this.now));
    }
  }

  /** What left since the last look, first lines only: "INVITE", "404". */
  starts(): string[] {
    return this.sent.splice(0).map(({ text }) =>
      text.startsWith("SIP/2.0 ") ? text.slice(8, 11) : text.slice(0, text.indexOf(" "))
    );
  }

  /** Tables that still hold something, browsers apart. */
  leftovers(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.tables).filter(([name, { size }]) => name !== "feeds" && size > 0)
        .map(([name, { size }]) => [name, size]),
    );
  }
}

export interface RequestOptions {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly branch?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly contact?: string;
  readonly maxForwards?: number;
  /** Further whole lines. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

let serial = 0;

/** A request as text; what is not said is good and new. */
export function request(options: RequestOptions = {}): string {
  serial++;
  const {
    method = "INVITE",
    uri = `sip:alice@${domain}`,
    branch = `z9hG4bKattack${serial}`,
    via = `SIP/2.0/UDP 10.0.0.9:5070;branch=${branch};rport`,
    from = `<sip:mallory@example.net>;tag=m${serial}`,
    to = `<${uri}>`,
    callId = `attack-${serial}`,
    cseq = 1,
    contact = "<sip:mallory@10.0.0.9:5070>",
    maxForwards = 70,
    lines = [],
    body = "",
  } = options;
  const isTyped = body === "" || lines.some((line) => line.startsWith("Content-Type:"));
  const content = isTyped ? [] : ["Content-Type: application/sdp"];
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${via}`,
    `Max-Forwards: ${maxForwards}`,
    `From: ${from}`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...(contact === "" ? [] : [`Contact: ${contact}`]),
    ...lines,
    ...content,
    `Content-Length: ${encoder.encode(body).length}`,
    "",
    body,
  ].join("\r\n");
}

/** The value of the first line of a header in a message of the relay's. */
export function value(text: string, name: string): string {
  const head = text.slice(0, text.indexOf("\r\n\r\n"));
  const line = head.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? "";
}

/** A response to a request of the relay's. */
export function response(
  to: string,
  status: string,
  { tag = "", contact = "", lines = [], body = "" }: {
    tag?: string;
    contact?: string;
    lines?: readonly string[];
    body?: string;
  } = {},
): string {
  const asked = value(to, "To");
  return [
    `SIP/2.0 ${status}`,
    ...to.slice(0, to.indexOf("\r\n\r\n")).split("\r\n").filter((line) => /^via:/i.test(line)),
    `From: ${value(to, "From")}`,
    `To: ${asked}${tag === "" || asked.includes(";tag=") ? "" : `;tag=${tag}`}`,
    `Call-ID: ${value(to, "Call-ID")}`,
    `CSeq: ${value(to, "CSeq")}`,
    ...(contact === "" ? [] : [`Contact: ${contact}`]),
    ...lines,
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${encoder.encode(body).length}`,
    "",
    body,
  ].join("\r\n");
}
