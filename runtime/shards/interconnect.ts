// This shard's links to its siblings: Unix sockets in a directory that only our user can enter, one connection for each pair.
//
//   core ──outputs──► loop ──► interconnect ──frames──► sibling's interconnect ──► its loop, or its sockets
//
// Of each pair the one who was started later dials. A link that breaks while both live is dialled again; both sides forget what
// they knew of each other and are told it anew.

import type { Hop } from "../../core/hop.ts";
import type { PeerMessage } from "../../core/peer_message.ts";
import type { Inputs } from "../input.ts";
import { ListenError } from "../listen_error.ts";
import type { Log } from "../log.ts";
import type { SipSender } from "../sip/sip_sender.ts";
import { foreign, readForeign } from "./foreign.ts";
import {
  jsonFrame,
  KIND_ASK,
  KIND_FAILED,
  KIND_FORWARD,
  KIND_HELLO,
  KIND_LADDER,
  KIND_LOOP,
  KIND_PEER,
  KIND_SEND,
  KIND_TOLD,
  readJson,
  readSipFrame,
} from "./frame.ts";
import { Link } from "./link.ts";
import { readPeerMessage } from "./peer_message.ts";
import { Questions } from "./questions.ts";
import type { Siblings } from "./sibling_outputs.ts";

/** Milliseconds until a broken link is dialled again, at first and at last. */
const FIRST_PAUSE = 100;
const LAST_PAUSE = 5_000;

/** Who is told what siblings say of ladders. */
export interface LadderListener {
  heard(shard: number, message: unknown): void;
  came(shard: number): void;
  gone(shard: number): void;
}

export interface InterconnectOptions {
  readonly own: number;
  /** Shards there are. */
  readonly shards: number;
  readonly directory: string;
  readonly log: Log;
}

export interface InterconnectStart {
  readonly inputs: Inputs;
  readonly sip: SipSender;
  /** All that a sibling which has just come has to hear. */
  readonly toTell: () => Iterator<PeerMessage>;
  /** Siblings that are there already. */
  readonly dial: readonly number[];
}

export class Interconnect implements Siblings {
  readonly #options: InterconnectOptions;
  readonly #questions = new Questions((number) => {
    const frame = jsonFrame(KIND_ASK, number);
    return [...this.#links].filter(([, link]) => link.send(frame)).map(([shard]) => shard);
  });
  readonly #links = new Map<number, Link>();
  /** Every connection, those too that have not said whose they are. */
  readonly #open = new Set<Link>();
  /** Those of our own making, and whom they are to reach. */
  readonly #dialled = new Map<Link, number>();
  /** Who waits for the first word of a sibling. */
  readonly #awaited = new Map<number, () => void>();
  readonly #again = new Map<number, ReturnType<typeof setTimeout>>();
  #listener: Deno.UnixListener | undefined;
  #start: InterconnectStart | undefined;
  #ladder: LadderListener | undefined;
  #stopping = false;
  #closed = false;
  #lost = 0;

  constructor(options: InterconnectOptions) {
    this.#options = options;
  }

  /** Which of how many this is. */
  get place(): { own: number; shards: number } {
    const { own, shards } = this.#options;
    return { own, shards };
  }

  /** Shards that are linked now. */
  get linked(): readonly number[] {
    return [...this.#links.keys()];
  }

  /** Messages that found a sibling's queue full. */
  get lost(): number {
    return this.#lost;
  }

  /** @throws ListenError */
  listen(): void {
    const path = this.#path(this.#options.own);
    try {
      this.#remove(path); // of the process that had this place before
      this.#listener = Deno.listen({ transport: "unix", path });
    } catch (error) {
      throw new ListenError(path, error);
    }
  }

  /** Resolves when the siblings that are there have been greeted, or cannot be reached for the moment. */
  async start(start: InterconnectStart): Promise<void> {
    this.#start = start;
    this.#accept(this.#listener!);
    await Promise.all(start.dial.map((shard) =>
      new Promise<void>((resolve) => {
        this.#awaited.set(shard, resolve);
        this.#dial(shard, FIRST_PAUSE);
      })
    ));
  }

  hearLadder(listener: LadderListener): void {
    this.#ladder = listener;
  }

  send(
    { hop, bytes, transaction }: { hop: Hop; bytes: Uint8Array; transaction: string },
  ): "sent" | "full" | "gone" {
    const link = this.#links.get(hop.shard!);
    if (link === undefined) return "gone";
    const kind = hop.transport === "loop" ? KIND_LOOP : KIND_SEND;
    if (link.sendSip(kind, { hop, transaction: kind === KIND_LOOP ? "" : transaction, bytes })) return "sent";
    this.#lost++;
    return "full";
  }

  forward({ shard, source, bytes }: { shard: number; source: Hop; bytes: Uint8Array }): boolean {
    const link = this.#links.get(shard);
    if (link?.sendSip(KIND_FORWARD, { hop: source, transaction: "", bytes }) === true) return true;
    this.#lost++;
    return false;
  }

  announce(message: PeerMessage): void {
    if (this.#links.size === 0) return;
    const frame = jsonFrame(KIND_PEER, message);
    for (const link of [...this.#links.values()]) {
      // One that misses a change would be wrong for ever: it hears everything again instead.
      if (!link.send(frame)) link.close("The sibling does not read");
    }
  }

  failed(transaction: string): boolean {
    const foreign = readForeign(transaction, this.#options);
    if (foreign === undefined) return false;
    if (this.#links.get(foreign.shard)?.send(jsonFrame(KIND_FAILED, foreign.transaction)) === false) {
      this.#lost++;
    }
    return true;
  }

  settle(done: () => void): boolean {
    return this.#questions.ask(done);
  }

  /** Something about ladders, to one sibling or to all. What finds no room is left out. */
  sendLadder(message: unknown, shard?: number): void {
    if (shard !== undefined) return void this.#links.get(shard)?.show(jsonFrame(KIND_LADDER, message));
    if (this.#links.size === 0) return;
    const frame = jsonFrame(KIND_LADDER, message);
    for (const link of this.#links.values()) link.show(frame);
  }

  /** Siblings are about to go, and are not missed. */
  stopping(): void {
    this.#stopping = true;
  }

  close(): void {
    this.#closed = true;
    this.#questions.close();
    for (const timer of this.#again.values()) clearTimeout(timer);
    this.#listener?.close();
    this.#listener = undefined;
    for (const link of [...this.#open]) link.close("This shard stops");
    this.#remove(this.#path(this.#options.own));
  }

  #path(shard: number): string {
    return `${this.#options.directory}/${shard}`;
  }

  #remove(path: string): void {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #accept(listener: Deno.UnixListener): Promise<void> {
    while (!this.#closed) {
      try {
        this.#enter(await listener.accept()).start();
      } catch (error) {
        if (this.#closed) return;
        this.#options.log.warn({ error: String(error) }, "A sibling's link could not be accepted");
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE)); // out of file descriptors: do not spin
      }
    }
  }

  async #dial(shard: number, pause: number): Promise<void> {
    try {
      const connection = await Deno.connect({ transport: "unix", path: this.#path(shard) });
      if (this.#closed || this.#links.has(shard)) return connection.close();
      const link = this.#enter(connection);
      this.#dialled.set(link, shard);
      this.#greet(link);
      link.start();
    } catch (error) {
      this.#options.log.debug({ shard, error: String(error) }, "A sibling cannot be reached");
      this.#dialLater(shard, pause);
    }
  }

  #dialLater(shard: number, pause: number): void {
    this.#awaited.get(shard)?.();
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#again.delete(shard);
      if (!this.#links.has(shard)) this.#dial(shard, Math.min(2 * pause, LAST_PAUSE));
    }, pause);
    clearTimeout(this.#again.get(shard));
    this.#again.set(shard, timer);
  }

  #enter(connection: Deno.UnixConn): Link {
    const link = new Link({
      connection,
      together: (deliverAll) => this.#start!.inputs.together(deliverAll),
      onFrame: (link, kind, rest) => this.#received(link, kind, rest),
      onClose: (link, reason) => this.#gone(link, reason),
    });
    this.#open.add(link);
    return link;
  }

  #greet(link: Link): void {
    link.send(jsonFrame(KIND_HELLO, this.#options.own));
  }

  #received(link: Link, kind: number, rest: Uint8Array): void {
    if (link.shard < 0) return this.#greeted(link, kind, rest);
    const { inputs, sip } = this.#start!;
    const { shard } = link;
    switch (kind) {
      case KIND_LOOP:
      case KIND_FORWARD: {
        const message = readSipFrame(rest);
        if (message === undefined) return link.close("A frame makes no sense");
        const { transport, host, port, flow } = message.hop;
        const arrival = { transport, host, port, flow, localPort: 0, shard };
        return inputs.deliver({ type: "sip", arrival, bytes: message.bytes });
      }
      case KIND_SEND: {
        const message = readSipFrame(rest);
        if (message === undefined) return link.close("A frame makes no sense");
        const { hop, bytes, transaction } = message;
        return sip.send({ hop, bytes, transaction: transaction === "" ? "" : foreign(shard, transaction) });
      }
      case KIND_FAILED: {
        const transaction = readJson(rest);
        if (typeof transaction !== "string") return link.close("A frame makes no sense");
        return inputs.deliver({ type: "transportFailed", transaction });
      }
      case KIND_PEER: {
        const message = readPeerMessage(readJson(rest));
        if (message === undefined) return link.close("A frame makes no sense");
        inputs.deliver({ type: "peer", shard, message });
        if (message.type === "nonce" || message.type === "flowGone") return;
        const { type, user } = message;
        const count = message.type === "feeds" ? message.count : undefined;
        return this.#options.log.debug({ sibling: shard, type, user, count }, "Sibling tells of a user");
      }
      case KIND_ASK:
        return link.sendAfterwards(jsonFrame(KIND_TOLD, readJson(rest)));
      case KIND_TOLD:
        return this.#questions.told(shard, readJson(rest));
      case KIND_LADDER:
        return this.#ladder?.heard(shard, readJson(rest));
      default:
        return link.close("A frame of an unknown kind");
    }
  }

  /** Of two links to one sibling both sides keep the one that the lower number has dialled. */
  #greeted(link: Link, kind: number, rest: Uint8Array): void {
    const shard = readJson(rest);
    const { own, shards, log } = this.#options;
    if (
      kind !== KIND_HELLO || !Number.isInteger(shard) || shard === own || !isWithin(Number(shard), shards)
    ) {
      return link.close("It does not say who it is");
    }
    const sibling = Number(shard);
    const known = this.#links.get(sibling);
    if (known !== undefined) {
      if (this.#dialled.has(link) !== own < sibling) return link.close("There is a link already");
      known.close("There is another link");
    }
    // Who has dialled is answered: once it hears us, both know.
    if (!this.#dialled.has(link)) this.#greet(link);
    link.shard = sibling;
    this.#links.set(sibling, link);
    clearTimeout(this.#again.get(sibling));
    this.#again.delete(sibling);
    log.info({ sibling }, "Linked with a sibling");
    const { inputs, toTell } = this.#start!;
    inputs.deliver({ type: "peerUp", shard: sibling });
    link.tell(toTell());
    this.#ladder?.came(sibling);
    this.#awaited.get(sibling)?.();
  }

  #gone(link: Link, reason: string): void {
    this.#open.delete(link);
    const { shard } = link;
    const target = this.#dialled.get(link);
    this.#dialled.delete(link);
    if (this.#links.get(shard) === link) {
      this.#links.delete(shard);
      if (this.#closed) return;
      this.#options.log[this.#stopping ? "debug" : "warn"]({ sibling: shard, reason }, "A sibling is gone");
      this.#start!.inputs.deliver({ type: "peerGone", shard });
      this.#ladder?.gone(shard);
      this.#questions.gone(shard);
    }
    if (target !== undefined && !this.#stopping && !this.#links.has(target)) {
      this.#dialLater(target, FIRST_PAUSE);
    }
  }
}

function isWithin(shard: number, shards: number): boolean {
  return shard >= 0 && shard < shards;
}
