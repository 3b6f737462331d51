// One question to the configured servers, one after the other, until one of them knows.

import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";
import { hostPort } from "../sip/address.ts";
import { type Exchanged, exchangeDatagrams } from "./datagram_exchange.ts";
import { FORMERR, type Message, NOERROR, NOTIMP, NXDOMAIN, type Question } from "./message.ts";
import type { DnsServers } from "./resolv_conf.ts";
import { exchangeStream } from "./stream_exchange.ts";

/** How long a question may take with all its servers and attempts: a caller waits. */
const LONGEST: Millis = 15_000;
/** A server that did not answer is asked last for so long. */
const SHUNNED: Millis = 10_000;
const REMEMBERED = 16;
/** Questions on the wire at once, each with a socket; the others wait their turn. */
const WIRES = 128;

/** Chance from 0 to 65535. */
export type RandomId = () => number;

export class Inquiries {
  readonly #now: () => Millis;
  readonly #randomId: RandomId;
  /** Servers that did not answer, and until when that counts. */
  readonly #silentUntil = new Map<string, Millis>();
  readonly #waiting: (() => void)[] = [];
  #wires = 0;

  constructor({ now, randomId }: { now: () => Millis; randomId: RandomId }) {
    this.#now = now;
    this.#randomId = randomId;
  }

  /** The first answer that says something; undefined when there was none. */
  async ask(question: Omit<Question, "id">, to: DnsServers): Promise<Message | undefined> {
    const end = this.#now() + LONGEST;
    if (this.#wires >= WIRES) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#wires++;
    try {
      return await this.#rounds(question, to, end);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#wires--;
      else next();
    }
  }

  async #rounds(
    question: Omit<Question, "id">,
    to: DnsServers,
    end: Millis,
  ): Promise<Message | undefined> {
    for (let attempt = 0; attempt < to.attempts; attempt++) {
      for (const server of this.#ordered(to.servers)) {
        const patience = Math.min(to.timeout, end - this.#now());
        if (patience <= 0) return undefined;
        const answer = await this.#one({ ...question, id: this.#randomId() }, server, { ...to, patience });
        this.#note(server, answer === "silent");
        // SERVFAIL, REFUSED and the like are what another server, or this one later, may do better.
        if (typeof answer === "object" && (answer.rcode === NOERROR || answer.rcode === NXDOMAIN)) {
          return answer;
        }
      }
    }
    return undefined;
  }

  async #one(
    question: Question,
    server: Endpoint,
    { patience, overTcp }: { patience: Millis; overTcp: boolean },
  ): Promise<Exchanged> {
    for (const edns of [true, false]) {
      let answer: Exchanged = overTcp
        ? "overTcp"
        : await exchangeDatagrams(question, server, { patience, edns });
      if (answer === "overTcp") answer = await exchangeStream(question, server, { patience, edns });
      // RFC 6891 section 7: a server that does not know EDNS says so by one of these.
      const isUnknown = typeof answer === "object" && (answer.rcode === FORMERR || answer.rcode === NOTIMP);
      if (!edns || !isUnknown) return answer;
    }
    return "failed";
  }

  #note(server: Endpoint, isSilent: boolean): void {
    const key = hostPort(server.host, server.port);
    this.#silentUntil.delete(key);
    if (!isSilent) return;
    // The servers may have been others once.
    if (this.#silentUntil.size >= REMEMBERED) this.#silentUntil.clear();
    this.#silentUntil.set(key, this.#now() + SHUNNED);
  }

  #ordered(servers: readonly Endpoint[]): readonly Endpoint[] {
    if (this.#silentUntil.size === 0 || servers.length === 1) return servers;
    const now = this.#now();
    const isSilent = ({ host, port }: Endpoint) => (this.#silentUntil.get(hostPort(host, port)) ?? 0) > now;
    return [...servers.filter((server) => !isSilent(server)), ...servers.filter(isSilent)];
  }
}
