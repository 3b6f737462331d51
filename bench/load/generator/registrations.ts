// Phones that register with digest and refresh (RFC 3261 sections 10.2 and 22, RFC 7616). A few hundred a second: texts will do.

import { createHash } from "node:crypto";
import type { Arena } from "./arena.ts";
import { findNumber } from "./call_number.ts";
import type { Schedule } from "./schedule.ts";
import type { DatagramSender } from "./sender.ts";
import { CHALLENGE, type SipIndex, VIA } from "./sip_index.ts";
import type { Endpoint } from "./socket_address.ts";
import { T1, T2, TIMEOUT } from "./sip_timers.ts";
import type { Tally } from "./tally.ts";
import { TimerWheel } from "./timer_wheel.ts";

/** First letter of a phone's number in messages. */
const LETTER = 112;
const EXPIRES = 3_600;

export interface RegistrationsOptions {
  readonly arena: Arena;
  readonly tally: Tally;
  readonly udp: DatagramSender;
  readonly phones: number;
  readonly password: string;
  readonly domain: string;
  /** Ours: HOST:PORT. */
  readonly address: string;
  readonly registrar: Endpoint;
  readonly run: string;
  readonly now: number;
}

interface Attempt {
  readonly scheduled: number;
  cseq: number;
  text: string;
  interval: number;
  challenged: boolean;
}

export class Registrations {
  readonly #options: RegistrationsOptions;
  readonly #attempts = new Map<number, Attempt>();
  readonly #wheel: TimerWheel;
  readonly #cseqs: Uint32Array;
  #last = -1;
  registered = 0;
  failed = 0;

  constructor(options: RegistrationsOptions) {
    this.#options = options;
    this.#wheel = new TimerWheel(Math.max(options.phones, 1), options.now);
    this.#cseqs = new Uint32Array(options.phones);
  }

  get pending(): number {
    return this.#attempts.size;
  }

  /** Starts what is due, one phone after the other, and repeats what had no answer. */
  advance(schedule: Schedule, now: number): void {
    while (schedule.next <= now) this.#start(schedule.take());
    this.#wheel.advance(now, (phone) => this.#again(phone, now));
  }

  /** A response to a REGISTER; others are left alone. */
  receive(message: SipIndex, now: number): void {
    const { bytes } = this.#options.arena;
    const via = message.find(VIA);
    const phone = via < 0 ? -1 : findNumber(bytes, message.values[via]!, message.ends[via]!, LETTER);
    const attempt = this.#attempts.get(phone);
    if (attempt === undefined || message.status < 200) return;
    if (message.status === 401 && !attempt.challenged) return this.#prove(phone, attempt, message, now);
    this.#attempts.delete(phone);
    this.#wheel.cancel(phone);
    if (message.status >= 300) return this.#fail(`REGISTER ${message.status}`);
    this.registered++;
    this.#options.tally.registrations.record(now - attempt.scheduled);
  }

  #start(scheduled: number): void {
    const phone = this.#last = (this.#last + 1) % this.#options.phones;
    if (this.#attempts.has(phone)) return this.#fail("REGISTER still waits for the one before");
    const attempt = { scheduled, cseq: 0, text: "", interval: T1, challenged: false };
    this.#attempts.set(phone, attempt);
    this.#send(phone, attempt, "", scheduled);
  }

  #again(phone: number, now: number): void {
    const attempt = this.#attempts.get(phone);
    if (attempt === undefined) return;
    if (now - attempt.scheduled > TIMEOUT) {
      this.#attempts.delete(phone);
      return this.#fail("REGISTER timeout");
    }
    this.#options.tally.retransmissions.registers++;
    attempt.interval = Math.min(2 * attempt.interval, T2);
    this.#write(phone, attempt, now);
  }

  #prove(phone: number, attempt: Attempt, message: SipIndex, now: number): void {
    const { arena, password, domain } = this.#options;
    const line = message.find(CHALLENGE);
    const challenge = line < 0 ? "" : arena.text(message.values[line]!, message.ends[line]!);
    const digest = { user: userOf(phone), password, uri: `sip:${domain}`, method: "REGISTER" };
    attempt.challenged = true;
    attempt.interval = T1;
    this.#send(phone, attempt, `Authorization: ${answerOf(challenge, digest)}\r\n`, now);
  }

  #send(phone: number, attempt: Attempt, authorization: string, now: number): void {
    const { domain, address, run } = this.#options;
    attempt.cseq = ++this.#cseqs[phone]!;
    const number = `p${String(phone).padStart(10, "0")}`;
    const uri = `sip:${userOf(phone)}@${domain}`;
    attempt.text = `REGISTER sip:${domain} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${address};branch=z9hG4bK${run}.${number}.${attempt.cseq};rport\r\n` +
      `Max-Forwards: 70\r\nFrom: <${uri}>;tag=${run}.${number}\r\nTo: <${uri}>\r\nCall-ID: ${run}.${number}\r\n` +
      `CSeq: ${attempt.cseq} REGISTER\r\nContact: <sip:${userOf(phone)}@${address}>;expires=${EXPIRES}\r\n` +
      `${authorization}Content-Length: 0\r\n\r\n`;
    this.#write(phone, attempt, now);
  }

  #write(phone: number, { text, interval }: Attempt, now: number): void {
    const { arena, udp, registrar } = this.#options;
    const { written } = new TextEncoder().encodeInto(text, arena.bytes.subarray(udp.reserve()));
    udp.commit(written, registrar.host, registrar.port);
    this.#wheel.set(phone, now + interval);
  }

  #fail(cause: string): void {
    this.failed++;
    this.#options.tally.cause(cause);
  }
}

/** The account of a phone. */
export function userOf(phone: number): string {
  return `phone${phone}`;
}

/** The value of Authorization for a challenge with qop auth, or without qop. */
export function answerOf(
  challenge: string,
  { user, password, uri, method }: { user: string; password: string; uri: string; method: string },
): string {
  const parameter = (name: string) => {
    const [, quoted, plain] = new RegExp(`[\\s,]${name}=(?:"([^"]*)"|([^\\s,]+))`, "i").exec(challenge) ?? [];
    return quoted ?? plain ?? "";
  };
  const algorithm = parameter("algorithm") || "MD5";
  const hash = (text: string) =>
    createHash(algorithm.toUpperCase() === "SHA-256" ? "sha256" : "md5").update(text).digest("hex");
  const [realm, nonce] = [parameter("realm"), parameter("nonce")];
  const isProtected = parameter("qop").split(",").some((word) => word.trim() === "auth");
  const [first, second] = [hash(`${user}:${realm}:${password}`), hash(`${method}:${uri}`)];
  const middle = isProtected ? `${nonce}:00000001:6c6f6164:auth` : nonce;
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=${algorithm}, ` +
    (isProtected ? 'qop=auth, nc=00000001, cnonce="6c6f6164", ' : "") +
    `response="${hash(`${first}:${middle}:${second}`)}"`;
}
