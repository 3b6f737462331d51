// A phone's REGISTER with digest (RFC 3261 section 10, RFC 7616). It lends the phone's address while it waits for the answer.

import { DigestPhone } from "../digest_phone.ts";
import type { Address, Network, Node, Source } from "./network.ts";
import { formatSip, header, parseSip, type SipText } from "./sip_text.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** Any SIP node with an account. */
export type Registrant = Node & { readonly at: Address; readonly user: string };

export class Registration implements Node {
  readonly nextTimer = undefined;
  /** Of the last final response, "" before it. */
  status = "";
  readonly #network: Pick<Network, "attach" | "send">;
  readonly #phone: Registrant;
  /** Where the next REGISTER goes. */
  peer: Address;
  readonly #digest: DigestPhone;
  readonly #domain: string;
  readonly #contact: string;
  readonly #lines: Lines;
  /** The last answer. */
  answer: SipText | undefined;
  #cseq = 0;
  #expires = 0;

  constructor(
    options: {
      network: Pick<Network, "attach" | "send">;
      phone: Registrant;
      password: string;
      peer: Address;
      domain?: string;
      /** Whole Contact value; the phone's address unless said otherwise. */
      contact?: string;
      lines?: Lines;
    },
  ) {
    const { network, phone, password, peer, domain = "ropeway.test", lines = [] } = options;
    const { at, user } = phone;
    const suffix = at.transport === "tcp" ? ";transport=tcp" : "";
    this.#contact = options.contact ?? `<sip:${user}@${at.host}:${at.port}${suffix}>`;
    this.#lines = lines;
    this.#network = network;
    this.#phone = phone;
    this.peer = peer;
    this.#domain = domain;
    this.#digest = new DigestPhone({ user: phone.user, password, realm: domain });
  }

  /** `expires` in seconds, 0 takes it back. */
  register(expires = 3600): void {
    this.#expires = expires;
    this.status = "";
    this.#network.attach(this.#phone.at, this);
    this.#send([]);
  }

  tick(): void {}

  receive(bytes: Uint8Array, from: Source): void {
    const message = parseSip(bytes);
    if (!/ REGISTER$/.test(header(message, "cseq"))) return this.#phone.receive(bytes, from);
    if (message.start === "401" && this.status !== "401") {
      this.status = "401";
      const challenge = message.headers.find(([name]) => name === "www-authenticate")!;
      const line = this.#digest.answer(`WWW-Authenticate: ${challenge[1]}`);
      return this.#send([["Authorization", line.slice(line.indexOf(":") + 2)]]);
    }
    this.status = message.start;
    this.answer = message;
    this.#network.attach(this.#phone.at, this.#phone);
  }

  #send(lines: readonly (readonly [string, string])[]): void {
    const { at, user } = this.#phone;
    const own = `sip:${user}@${this.#domain}`;
    const cseq = ++this.#cseq;
    const bytes = formatSip({
      first: `REGISTER sip:${this.#domain} SIP/2.0`,
      headers: [
        [
          "Via",
          `SIP/2.0/${at.transport.toUpperCase()} ${at.host}:${at.port};branch=z9hG4bKr${user}${at.port}-${cseq};rport`,
        ],
        ["Max-Forwards", "70"],
        ["From", `<${own}>;tag=r${user}`],
        ["To", `<${own}>`],
        ["Call-ID", `register-${user}-${at.port}`],
        ["CSeq", `${cseq} REGISTER`],
        ["Contact", this.#contact],
        ["Expires", String(this.#expires)],
        ...this.#lines,
        ...lines,
      ],
    });
    this.#network.send(bytes, { from: at, to: this.peer });
  }
}
