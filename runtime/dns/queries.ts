// Core's questions to the resolver: bounded, and each answered by an input.

import type { Resolved, ResolveTarget } from "../../core/output.ts";
import type { Inputs } from "../input.ts";
import type { Log } from "../log.ts";
import type { NameResolver } from "./name_resolver.ts";

const LIMIT = 10_000;
const UNKNOWN: Resolved = { hops: [], isSure: false };

export class Queries {
  readonly #resolver: NameResolver;
  readonly #log: Log;
  readonly #deliver: Inputs["deliver"];
  #size = 0;

  constructor({ resolver, log, deliver }: { resolver: NameResolver; log: Log; deliver: Inputs["deliver"] }) {
    this.#resolver = resolver;
    this.#log = log;
    this.#deliver = deliver;
  }

  /** Those that have no answer yet. */
  get size(): number {
    return this.#size;
  }

  ask(query: number, target: ResolveTarget): void {
    if (this.#size >= LIMIT) return this.#deliver({ type: "resolved", query, ...UNKNOWN });
    this.#size++;
    this.#resolver.resolve(target).then(
      (found) => this.#answered(query, found),
      (error) => {
        this.#log.warn({ host: target.host, error: String(error) }, "Name could not be resolved");
        this.#answered(query, UNKNOWN);
      },
    );
  }

  #answered(query: number, { hops, isSure }: Resolved): void {
    this.#size--;
    this.#deliver({ type: "resolved", query, hops, isSure });
  }
}
