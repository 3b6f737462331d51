// What the loop needs of the resolver.

import type { Millis } from "../../core/context.ts";
import type { Hop } from "../../core/hop.ts";
import type { Resolved, ResolveTarget } from "../../core/output.ts";

/** RFC 3263 on the runtime's side. */
export interface NameResolver {
  resolve(target: ResolveTarget): Promise<Resolved>;
  /** The address did not answer, or does not want to be asked for so long. */
  dead(hop: Hop, duration: Millis): void;
}
