// A scripted IMS: one node that stands for its proxies, registrar and notifier. It checks digest answers by hand after RFC 7616, and does for each request
// what the story says, or what an IMS always does.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Address, Network, Node, Source } from "./network.ts";
import { placeOf, sentBy } from "./phone_dialog.ts";
import { SipListener } from "./sip_listener.ts";
import {
  address,
  cseqOf,
  formatSip,
  header,
  headerLines,
  parameter,
  parseSip,
  type SipText,
} from "./sip_text.ts";

export type Lines = readonly (readonly [name: string, value: string])[];

/** What a story does with a request: `true` = it has answered it, or will. */
type Habit = (request: SipText) => boolean;

/** How one challenge asks. */
export interface Asking {
  readonly nonce: string;
  readonly algorithm?: string;
  readonly realm?: string;
  readonly qop?: string;
  readonly isStale?: boolean;
  readonly opaque?: string;
}

const HASHES: Readonly<Record<string, string>> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
  "AKAv1-MD5": "md5",
};

export class HomeNetwork extends SipListener implements Node {
  readonly nextTimer = undefined;
  readonly at: Address;
  /** Seconds that a registration gets at most. */
  granted = 600;
  serviceRoute: string;
  publicIds: readonly string[] = ["<sip:alice@home.test>", "<tel:+15550100001>"];
  /** First to be asked, by method. */
  readonly habits = new Map<string, Habit>();
  /** Further lines of the 200 to REGISTER. */
  lines: Lines = [];
  /** What the nonces of this network have proved. */
  password: string | Uint8Array = "secret";
  /** Authorization of each REGISTER that bound or unbound something. */
  readonly proofs: string[] = [];
  /** Expires of each binding, by Contact URI. */
  readonly bindings = new Map<string, number>();
  readonly #network: Network;
  #tags = 0;
  #nonces = 0;
  #notices = 0;
  #notifierTag = "";

  constructor({ network, at }: { network: Network; at: Address }) {
    super("home network");
    this.#network = network;
    this.at = at;
    const way = at.transport === "udp" ? "" : `;transport=${at.transport}`;
    this.serviceRoute = `<sip:orig@${at.host}:${at.port}${way};lr>`;
    network.attach(at, this);
  }

  tick(): void {}

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d/.test(message.start) || message.start === "ACK") return;
    if (this.habits.get(message.start)?.(message) === true) return;
    if (message.start === "REGISTER") this.register(message);
    else if (message.start === "SUBSCRIBE") this.subscribe(message);
    else this.respond(message, "404 Not Found");
  }

  /** All requests of a method. */
  requests(method: string): SipText[] {
    return this.received.filter(({ start }) => start === method);
  }

  /** As a registrar with digest does. */
  register(request: SipText): void {
    if (!this.proves(request, "authorization")) {
      return this.challenge(request, [{ nonce: `n${++this.#nonces}` }]);
    }
    this.accept(request);
  }

  accept(request: SipText, lines: Lines = this.lines): void {
    this.proofs.push(header(request, "authorization"));
    const contact = header(request, "contact");
    const asked = Number(parameter(contact, "expires"));
    const expires = Math.min(asked, this.granted);
    const uri = address(contact);
    if (expires > 0) this.bindings.set(uri, expires);
    else this.bindings.delete(uri);
    this.respond(request, "200 OK", [
      ...[...this.bindings].map(([uri, left]) => ["Contact", `<${uri}>;expires=${left}`] as const),
      ...(expires === 0 ? [] : [
        ["Service-Route", this.serviceRoute] as const,
        ["P-Associated-URI", this.publicIds.join(", ")] as const,
      ]),
      ...lines,
    ]);
  }

  /** 401, or 407, with one header line for each of the challenges. */
  challenge(request: SipText, challenges: readonly Asking[], isProxy = false): void {
    const name = isProxy ? "Proxy-Authenticate" : "WWW-Authenticate";
    const lines = challenges.map((asking) => {
      const { nonce, algorithm = "MD5", realm = "home.test", qop = "auth", isStale, opaque } = asking;
      const parts = [
        `realm="${realm}"`,
        `nonce="${nonce}"`,
        `algorithm=${algorithm}`,
        ...(qop === "" ? [] : [`qop="${qop}"`]),
        ...(isStale === true ? ["stale=true"] : []),
        ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
      ];
      return [name, `Digest ${parts.join(", ")}`] as const;
    });
    this.respond(request, isProxy ? "407 Proxy Authentication Required" : "401 Unauthorized", lines);
  }

  /** Whether a request's credentials are right for `password`. */
  proves(request: SipText, name: "authorization" | "proxy-authorization"): boolean {
    const credentials = credentialsOf(header(request, name));
    if (!credentials.response) return false;
    const algorithm = HASHES[credentials.algorithm ?? "MD5"];
    assert.ok(algorithm !== undefined, header(request, name));
    const hash = (...parts: (string | Uint8Array)[]) => {
      const sum = createHash(algorithm);
      for (const part of parts) sum.update(part);
      return sum.digest("hex");
    };
    const { username = "", realm = "", nonce = "", uri = "", qop, nc, cnonce } = credentials;
    const secret = hash(`${username}:${realm}:`, this.password);
    const entity = qop === "auth-int" ? `:${hash(request.body)}` : "";
    const covered = hash(`${request.start}:${uri}${entity}`);
    const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
    return hash(`${secret}:${middle}:${covered}`) === credentials.response;
  }

  subscribe(request: SipText): void {
    const tag = parameter(header(request, "to"), "tag") || `notifier${++this.#tags}`;
    this.#notifierTag = tag;
    const expires = Number(header(request, "expires"));
    this.respond(request, "200 OK", [
      ["Contact", `<sip:notifier@${this.at.host}:${this.at.port}>`],
      ["Expires", String(Math.min(expires, 3600))],
    ], { tag });
    if (expires === 0) this.notify(request, { tag, state: "terminated;reason=timeout" });
    else this.notify(request, { tag });
  }

  /** A NOTIFY in the dialog of a SUBSCRIBE. `contact` goes into a document about alice. */
  notify(
    subscribe: SipText,
    { tag = this.#notifierTag, state = "active;expires=3600", contact, event = "reg", body }: {
      tag?: string;
      state?: string;
      contact?: string;
      event?: string;
      body?: string;
    } = {},
  ): void {
    const number = ++this.#notices;
    const document = body ?? (contact === undefined ? "" : regInfo(number, contact));
    this.send("NOTIFY", address(header(subscribe, "contact")), [
      ["From", `${withoutTag(header(subscribe, "to"))};tag=${tag}`],
      ["To", header(subscribe, "from")],
      ["Call-ID", header(subscribe, "call-id")],
      ["CSeq", `${number} NOTIFY`],
      ["Contact", `<sip:notifier@${this.at.host}:${this.at.port}>`],
      ["Event", event],
      ["Subscription-State", state],
    ], document);
  }

  /** Any request of this network's own. */
  send(method: string, requestUri: string, headers: Lines, body = ""): void {
    const branch = `z9hG4bKhome${++this.#tags}`;
    const via =
      `SIP/2.0/${this.at.transport.toUpperCase()} ${this.at.host}:${this.at.port};branch=${branch};rport`;
    const bytes = formatSip({
      first: `${method} ${requestUri} SIP/2.0`,
      headers: [["Via", via], ["Max-Forwards", "70"], ...headers],
      body,
    });
    const text = new TextDecoder().decode(bytes);
    const typed = method === "NOTIFY" ? text.replace("application/sdp", "application/reginfo+xml") : text;
    this.#network.send(new TextEncoder().encode(typed), { from: this.at, to: placeOf(requestUri) });
  }

  respond(
    request: SipText,
    statusLine: string,
    lines: Lines = [],
    { tag = `home${++this.#tags}`, body = "" }: { tag?: string; body?: string } = {},
  ): void {
    const to = header(request, "to");
    const bytes = formatSip({
      first: `SIP/2.0 ${statusLine}`,
      headers: [
        ...headerLines(request, "via").map((via) => ["Via", via] as const),
        ["From", header(request, "from")],
        ["To", /;tag=/.test(to) ? to : `${to};tag=${tag}`],
        ["Call-ID", header(request, "call-id")],
        ["CSeq", header(request, "cseq")],
        ...lines,
      ],
      body,
    });
    this.#network.send(bytes, { from: this.at, to: sentBy(request) });
  }
}

export function credentialsOf(value: string): Readonly<Record<string, string>> {
  const pairs = value.replace(/^Digest\s+/i, "").matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s,]+))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, plain]) => [name!, quoted ?? plain ?? ""]));
}

export function numberOf(request: SipText): number {
  return cseqOf(request).number;
}

function regInfo(version: number, contact: string): string {
  return `<?xml version="1.0"?><reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="${version}" state="full">` +
    `<registration aor="sip:alice@home.test" id="a" state="active">${contact}</registration></reginfo>`;
}

function withoutTag(value: string): string {
  return value.replace(/;tag=[^;]*/, "");
}
