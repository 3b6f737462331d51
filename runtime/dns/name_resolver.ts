// What the loop needs of the resolver.

import type { Hop } from "../../core/hop.ts";
import type { ResolveTarget } from "../../core/output.ts";

/** RFC 3263 on the runtime's side. */
export interface NameResolver {
  resolve(target: ResolveTarget): Promise<readonly Hop[]>;
  /** The address did not answer. */
  dead(hop: Hop): void;
}
