// The relay's reader of ROAP messages.

import { codec } from "./codec.ts";
import type { RoapReader } from "./roap_reader.ts";

export type { RoapReader };
export const roap: RoapReader = codec.roap;
