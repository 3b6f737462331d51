// A registration for a flow of its own: RFC 5626 sections 4.2 and 6, by a registrar that is the first hop itself.

import { HEADER_PATH, HEADER_REQUIRE, HEADER_SUPPORTED } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import type { Arrival } from "../sip/arrival.ts";
import type { Response } from "../sip/transaction/response.ts";

/** What a Contact says of itself; "" and 0 = nothing, or nothing that is to be minded. */
export interface FlowName {
  readonly instance: string;
  readonly regId: number;
}

const NONE: FlowName = { instance: "", regId: 0 };
const LONGEST_INSTANCE = 256;
/** Whatever of a quoted string may be written again as it is. */
const INSTANCE = /^<[\x21\x23-\x3b\x3d\x3f-\x5b\x5d-\x7e]+>$/;
const REG_ID = /^[1-9]\d{0,9}$/;
const MAX_REG_ID = 2 ** 31 - 1;

/**
 * Seconds in which a client on a stream has to say something, if only a keep-alive (section 4.4.1): less than the idle time after which transports close a
 * connection. A WebSocket is asked for a sign of life by us.
 */
const FLOW_TIMER = 540;

/** What the Contact that is selected says of its flow, or why the REGISTER in the window cannot be taken. */
export function flowOfContact(arrival: Arrival): FlowName | Response {
  const written = sip.param(sip.contact, "reg-id");
  const instance = sip.param(sip.contact, "+sip.instance");
  if (written === undefined || instance === undefined || !offersOutbound()) return NONE;
  // A datagram's flow would have to be kept open by STUN, which is not spoken here: what remains is a contact like others.
  if (arrival.transport === "udp" || arrival.transport === "loop") return NONE;
  if (!INSTANCE.test(instance) || instance.length > LONGEST_INSTANCE) {
    return { status: 400, reason: "Contact has a wrong +sip.instance" };
  }
  if (!REG_ID.test(written) || Number(written) > MAX_REG_ID) {
    return { status: 400, reason: "Contact has a wrong reg-id" };
  }
  if (sip.viaCount > 1) return firstHop();
  if (sip.contactCount > 1) return { status: 400, reason: "A flow registers one Contact" };
  return { instance, regId: Number(written) };
}

/** What the answer to a REGISTER says of the flow that it has registered (section 6). */
export function outboundLines({ transport }: Arrival): readonly string[] {
  const isStream = transport === "tcp" || transport === "tls";
  return isStream ? ["Require: outbound", `Flow-Timer: ${FLOW_TIMER}`] : ["Require: outbound"];
}

function offersOutbound(): boolean {
  return sip.lists(HEADER_SUPPORTED, "outbound") || sip.lists(HEADER_REQUIRE, "outbound");
}

/** Somebody between who says in Path that the flow ends at him holds it; else nobody does, and it could not be told apart from others. */
function firstHop(): FlowName | Response {
  const edges = sip.count(HEADER_PATH);
  const last = edges === 0 ? "" : sip.text(sip.value(HEADER_PATH, edges - 1));
  if (/;ob(?:[;>]|$)/i.test(last.slice(last.lastIndexOf("<")))) return NONE;
  return { status: 439, reason: "First Hop Lacks Outbound Support" };
}
