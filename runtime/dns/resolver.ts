// From a SIP URI's host to the addresses to try, in order: what DNS says (plan.ts), the lots drawn for each request anew (SRV targets by
// weight, addresses of one name evenly), and the dead last.

import type { Millis } from "../../core/context.ts";
import { type Hop, hopKey } from "../../core/hop.ts";
import type { Resolved, ResolveTarget } from "../../core/output.ts";
import { DeadHops } from "./dead_hops.ts";
import { plainName } from "./domain_name.ts";
import { type Plan, Planner, type PlanOptions } from "./plan.ts";
import { type Chance, shuffled, srvOrder } from "./srv_order.ts";

const HOP_LIMIT = 64;
/** Most relays send to a name or two; a plan may have a thousand addresses. */
const PLAN_LIMIT = 256;

export interface ResolverOptions extends Pick<PlanOptions, "ask">, Partial<Omit<PlanOptions, "ask">> {
  readonly chance: Chance;
  readonly now: () => Millis;
}

/** A plan that is being made, then the plan. */
interface Kept {
  plan: Plan | Promise<Plan>;
  /** Infinity as long as it is being made. */
  until: Millis;
}

export class Resolver {
  readonly #planner: Planner;
  readonly #chance: Chance;
  readonly #now: () => Millis;
  readonly #dead: DeadHops;
  /** The oldest first. */
  readonly #plans = new Map<string, Kept>();

  constructor({ ask, chance, now, speaks = ["udp", "tcp"], families = [4, 6] }: ResolverOptions) {
    this.#planner = new Planner({ ask, speaks, families });
    this.#chance = chance;
    this.#now = now;
    this.#dead = new DeadHops({ now });
  }

  /** The addresses to try, in order; none when nothing is to be had, or nobody could tell. Never rejects. */
  async resolve(target: ResolveTarget): Promise<Resolved> {
    const plan = await this.#planFor(target);
    return { hops: this.#dead.last(this.#draw(plan)), isSure: plan.isSure };
  }

  /** The address did not answer, or wants to be left alone: for that long it comes last wherever it comes up. */
  dead(hop: Hop, duration: Millis): void {
    this.#dead.add(hop, duration);
  }

  #planFor(target: ResolveTarget): Plan | Promise<Plan> {
    const { host, port, transport = "", secure } = target;
    const key = `${secure} ${transport} ${port} ${host}`;
    const known = this.#plans.get(key);
    if (known !== undefined && known.until > this.#now()) return known.plan;
    const plan = this.#planner.plan({ ...target, host: plainName(host).replace(/^\[(.*)\]$/, "$1") });
    const kept: Kept = { plan, until: Infinity };
    this.#plans.delete(key);
    if (this.#plans.size >= PLAN_LIMIT) {
      for (const oldest of this.#plans.keys()) {
        this.#plans.delete(oldest);
        break;
      }
    }
    this.#plans.set(key, kept);
    plan.then((plan) => {
      kept.plan = plan;
      kept.until = this.#now() + plan.ttl;
    }, () => this.#plans.delete(key));
    return plan;
  }

  #draw({ services }: Plan): Hop[] {
    const drawn = new Map<string, Hop>();
    for (const groups of services) {
      for (const { families } of srvOrder(groups, this.#chance)) {
        for (const hops of families) {
          for (const hop of shuffled(hops, this.#chance)) {
            // One address may stand under several names: its first place counts.
            const key = hopKey(hop);
            if (!drawn.has(key)) drawn.set(key, hop);
            if (drawn.size >= HOP_LIMIT) return [...drawn.values()];
          }
        }
      }
    }
    return [...drawn.values()];
  }
}
