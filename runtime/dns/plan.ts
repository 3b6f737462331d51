// RFC 3263 section 4: from a SIP URI's host to the addresses that there are, and in what order they are drawn.
//
//   IP address ─────────────────────────────────────────────────────► itself
//   port given ──────────────────────────────────────────► A, AAAA ──► hops
//   transport given ──────────────► SRV of it ──┬─ none ─► A, AAAA ──► hops
//   neither ─► NAPTR ─┬─ SRV of each ───────────┤
//                     └─ none: SRV of each ─────┴─ targets' A, AAAA ─► hops
//                        that we speak

import { isIP } from "node:net";
import type { Millis } from "../../core/context.ts";
import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";
import { isName } from "./domain_name.ts";
import type { Answer, Ask } from "./question.ts";
import {
  defaultPort,
  namedServices,
  type Service,
  type Spoken,
  usualServices,
  wantedBy,
} from "./services.ts";

const SRV_LIMIT = 32;
const ADDRESS_LIMIT = 16;
/** How long the addresses of one family wait for those of the other, RFC 8305 section 3's idea: some servers never answer for AAAA. */
const GRACE: Millis = 250;

/** Where a name's addresses are drawn from: one SRV record, or the name itself. */
export interface Group {
  readonly priority: number;
  readonly weight: number;
  /** By family, the preferred one first; within one all are alike. */
  readonly families: readonly (readonly Hop[])[];
}

/** Everything that DNS says of a target, the lots not drawn yet. */
export interface Plan {
  /** One transport after the other; groups by priority and weight. */
  readonly services: readonly (readonly Group[])[];
  /** Every question had its answer. */
  readonly isSure: boolean;
  /** How long all of it holds. */
  readonly ttl: Millis;
}

export interface PlanOptions {
  readonly ask: Ask;
  /** What can be connected to or sent over. */
  readonly speaks: readonly Spoken[];
  /** IP versions that our own sockets can send to, the preferred one first. */
  readonly families: readonly (4 | 6)[];
}

const NOTHING: Plan = { services: [], isSure: true, ttl: Infinity };
const UNKNOWN: Plan = { services: [], isSure: false, ttl: 0 };

export class Planner {
  readonly #ask: Ask;
  readonly #speaks: readonly Spoken[];
  readonly #kinds: readonly ("A" | "AAAA")[];

  constructor({ ask, speaks, families }: PlanOptions) {
    this.#ask = ask;
    this.#speaks = speaks;
    this.#kinds = families.map((family) => family === 4 ? "A" : "AAAA");
  }

  /** `host` is in lower case, without brackets. */
  async plan(target: ResolveTarget): Promise<Plan> {
    const { host, port, transport } = target;
    const wanted = wantedBy(target, this.#speaks);
    const usual = wanted[0];
    if (usual === undefined) return NOTHING;
    const plain = { transport: usual, port: port || defaultPort(usual), domain: host };
    if (isIP(host) !== 0) return oneGroup([[{ transport: usual, host, port: plain.port, flow: 0 }]]);
    if (!isName(host)) return NOTHING;
    if (port !== 0) return await this.#addressed({ ...plain, name: host });
    const naptr = transport === undefined ? await this.#ask("NAPTR", host) : undefined;
    const named = namedServices(naptr?.records ?? [], wanted);
    // Records that name nothing for us leave what there is without them.
    const services = named.length > 0 ? named : usualServices(host, wanted);
    const asked = await Promise.all(services.map((service) => this.#served(service, host)));
    const ttl = Math.min(naptr?.ttl ?? Infinity, ...asked.map((one) => one.plan.ttl));
    const served = asked.filter(({ exists }) => exists).map(({ plan }) => plan);
    // Some SRV, even one that only says that the service is not there, keeps the plain addresses out; so does one that nobody could tell:
    // what is behind it may be all but what the name's own address is.
    if (served.length > 0) return { ...all(served), ttl };
    const fallback = named[0]?.transport ?? usual;
    const plan = await this.#addressed({
      transport: fallback,
      port: defaultPort(fallback),
      name: host,
      domain: host,
    });
    return { ...plan, ttl: Math.min(plan.ttl, ttl) };
  }

  /** What is behind one service's SRV records, if there are such. */
  async #served({ transport, name }: Service, domain: string): Promise<{ exists: boolean; plan: Plan }> {
    const { type, records, ttl } = await this.#ask("SRV", name);
    if (type === "failed") return { exists: true, plan: { ...UNKNOWN, ttl } };
    if (type !== "found") return { exists: false, plan: { ...NOTHING, ttl } };
    // RFC 2782: the target "." says that the service is decidedly not there.
    const usable = records.filter(({ target, port }) => port !== 0 && isName(target))
      .sort((a, b) => a.priority - b.priority).slice(0, SRV_LIMIT);
    const plans = await Promise.all(usable.map(async ({ target, port, priority, weight }) => {
      const plan = await this.#addressed({ transport, port, name: target, domain });
      const [families = []] = plan.services.flat().map((group) => group.families);
      return { ...plan, group: { priority, weight, families } };
    }));
    const groups = plans.map(({ group }) => group);
    return {
      exists: true,
      plan: {
        services: [groups],
        isSure: plans.every(({ isSure }) => isSure),
        ttl: Math.min(ttl, ...plans.map((plan) => plan.ttl)),
      },
    };
  }

  async #addressed(
    { transport, port, name, domain }: Service & { port: number; domain: string },
  ): Promise<Plan> {
    const answers = await together(this.#kinds.map((kind) => this.#ask(kind, name)));
    const hopTo = (host: string): Hop => {
      const hop = { transport, host, port, flow: 0 };
      // What SRV says is anybody's word: the certificate has to be for the name that we began with.
      return transport === "tls" ? { ...hop, domain } : hop;
    };
    const plan = oneGroup(
      answers.map((answer) => (answer?.records ?? []).slice(0, ADDRESS_LIMIT).map(hopTo)),
    );
    return {
      ...plan,
      isSure: answers.every((answer) => answer !== undefined && answer.type !== "failed"),
      ttl: Math.min(...answers.map((answer) => answer?.ttl ?? 0)),
    };
  }
}

function oneGroup(families: readonly (readonly Hop[])[]): Plan {
  return { ...NOTHING, services: [[{ priority: 0, weight: 0, families }]] };
}

function all(plans: readonly Plan[]): Plan {
  return {
    services: plans.flatMap(({ services }) => services),
    isSure: plans.every(({ isSure }) => isSure),
    ttl: Math.min(...plans.map(({ ttl }) => ttl)),
  };
}

/** All answers; once one has found something, the others have a moment left, and then are `undefined`. */
async function together(
  questions: readonly Promise<Answer<string>>[],
): Promise<(Answer<string> | undefined)[]> {
  const answers: (Answer<string> | undefined)[] = questions.map(() => undefined);
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
