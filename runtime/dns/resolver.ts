// RFC 3263 section 4: from a SIP URI's host to the addresses to try, in order.
//
//   IP address ─────────────────────────────────────────────────────► itself
//   port given ──────────────────────────────────────────► A, AAAA ──► hops
//   transport given ──────────────► SRV of it ──┬─ none ─► A, AAAA ──► hops
//   neither ─► NAPTR ─┬─ SRV of each ───────────┤
//                     └─ none: SRV of each ─────┴─ targets' A, AAAA ─► hops
//                        that we speak
//
// What is drawn by lot, is drawn for each request anew: SRV targets by weight, addresses of one name evenly.

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import { type Hop, hopKey } from "../../core/hop.ts";
import type { Resolved, ResolveTarget } from "../../core/output.ts";
import { DeadHops } from "./dead_hops.ts";
import { isName, plainName } from "./domain_name.ts";
import type { Ask, Kind } from "./question.ts";
import {
  defaultPort,
  namedServices,
  type Service,
  type Spoken,
  usualServices,
  wantedBy,
} from "./services.ts";
import { type Chance, shuffled, srvOrder } from "./srv_order.ts";

const SRV_LIMIT = 32;
const ADDRESS_LIMIT = 16;
const HOP_LIMIT = 64;
/** How long the addresses of one family wait for those of the other, RFC 8305 section 3's idea: some servers never answer for AAAA. */
const GRACE: Millis = 250;

export interface ResolverOptions {
  readonly ask: Ask;
  readonly chance: Chance;
  readonly now: () => Millis;
  /** What can be connected to or sent over. */
  readonly speaks?: readonly Spoken[];
  /** IP versions that our own sockets can send to, the preferred one first. */
  readonly families?: readonly (4 | 6)[];
}

/** Hops, and whether some question had no answer on the way. */
interface Found {
  readonly hops: readonly Hop[];
  readonly isSure: boolean;
}

const NOTHING: Found = { hops: [], isSure: true };

export class Resolver {
  readonly #ask: Ask;
  readonly #chance: Chance;
  readonly #dead: DeadHops;
  readonly #speaks: readonly Spoken[];
  readonly #families: readonly (4 | 6)[];

  constructor({ ask, chance, now, speaks = ["udp", "tcp"], families = [4, 6] }: ResolverOptions) {
    this.#ask = ask;
    this.#chance = chance;
    this.#dead = new DeadHops({ now });
    this.#speaks = speaks;
    this.#families = families;
  }

  /** The addresses to try, in order; none when nothing is to be had, or nobody could tell. Never rejects. */
  async resolve(target: ResolveTarget): Promise<Resolved> {
    const host = plainName(target.host).replace(/^\[(.*)\]$/, "$1");
    const { hops, isSure } = await this.#hops({ ...target, host });
    const distinct = new Map(hops.map((hop) => [hopKey(hop), hop]));
    const tried = this.#dead.last([...distinct.values()].slice(0, HOP_LIMIT));
    // What SRV says is anybody's word: the certificate has to be for the name that we began with.
    const named = tried.map((hop) =>
      hop.transport === "tls" && isIP(host) === 0 ? { ...hop, domain: host } : hop
    );
    return { hops: named, isSure };
  }

  /** The address did not answer, or wants to be left alone: for that long it comes last wherever it comes up. */
  dead(hop: Hop, duration: Millis): void {
    this.#dead.add(hop, duration);
  }

  async #hops(target: ResolveTarget): Promise<Found> {
    const { host, port, transport } = target;
    const wanted = wantedBy(target, this.#speaks);
    const usual = wanted[0];
    if (usual === undefined) return NOTHING;
    const plain = { transport: usual, port: port || defaultPort(usual) };
    if (isIP(host) !== 0) return { ...NOTHING, hops: [{ ...plain, host, flow: 0 }] };
    if (!isName(host)) return NOTHING;
    if (port !== 0) return await this.#addressed({ ...plain, name: host });
    const naptr = transport === undefined ? await this.#ask("NAPTR", host) : undefined;
    const named = namedServices(naptr?.records ?? [], wanted);
    // Records that name nothing for us leave what there is without them.
    const services = named.length > 0 ? named : usualServices(host, wanted);
    const found = await Promise.all(services.map((service) => this.#served(service)));
    const served = found.filter((one) => one !== undefined);
    // Some SRV, even one that only says that the service is not there, keeps the plain addresses out; so does one that nobody could tell:
    // what is behind it may be all but what the name's own address is.
    if (served.length > 0) return all(served);
    const fallback = named[0]?.transport ?? usual;
    return await this.#addressed({ transport: fallback, port: defaultPort(fallback), name: host });
  }

  /** The hops of one service; `undefined` when it has no SRV records. */
  async #served({ transport, name }: Service): Promise<Found | undefined> {
    const { type, records } = await this.#ask("SRV", name);
    if (type === "failed") return { hops: [], isSure: false };
    if (type !== "found") return undefined;
    // RFC 2782: the target "." says that the service is decidedly not there.
    const usable = records.filter(({ target, port }) => port !== 0 && isName(target));
    const order = srvOrder(usable, this.#chance).slice(0, SRV_LIMIT);
    return all(
      await Promise.all(order.map(({ target, port }) => this.#addressed({ transport, port, name: target }))),
    );
  }

  async #addressed({ transport, port, name }: Service & { port: number }): Promise<Found> {
    const kinds = this.#families.map((family): Kind & ("A" | "AAAA") => family === 4 ? "A" : "AAAA");
    const answers = await together(kinds.map((kind) => this.#ask(kind, name)));
    const addresses = answers.flatMap((answer) => shuffled(answer?.records ?? [], this.#chance));
    return {
      hops: addresses.slice(0, ADDRESS_LIMIT).map((host) => ({ transport, host, port, flow: 0 })),
      isSure: answers.every((answer) => answer !== undefined && answer.type !== "failed"),
    };
  }
}

function all(found: readonly Found[]): Found {
  return { hops: found.flatMap(({ hops }) => hops), isSure: found.every(({ isSure }) => isSure) };
}

/** All answers; once one has found something, the others have a moment left, and then are `undefined`. */
async function together<Item extends { readonly type: string }>(
  questions: readonly Promise<Item>[],
): Promise<(Item | undefined)[]> {
  const answers: (Item | undefined)[] = questions.map(() => undefined);
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arrivals = questions.map(async (question, index) => {
    const answer = answers[index] = await question;
    if (answer.type === "found") timer ??= setTimeout(resolve, GRACE);
  });
  await Promise.race([Promise.all(arrivals), enough]);
  clearTimeout(timer);
  return answers;
}
