// The relay's reader of SIP messages.

import { codec } from "./codec.ts";
import type { SipReader } from "./sip_reader.ts";

export type { SipReader };
export const sip: SipReader = codec.sip;
