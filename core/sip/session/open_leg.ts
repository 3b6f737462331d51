// How a SIP leg begins: by an INVITE of ours, or by taking one of the peer's.

import {
  HEADER_REQUIRE,
  HEADER_SUPPORTED,
  METHOD_INVITE,
  SCHEME_SIPS,
} from "../../../wasm/assembly/codes.ts";
import { sip } from "../../../wasm/sip.ts";
import type { Context } from "../../context.ts";
import { type Hop, isWebSocket } from "../../hop.ts";
import { askingLines, inviteLines } from "../allow.ts";
import type { ClientRequest } from "../client_request.ts";
import type { Dialog } from "../dialog.ts";
import { legKey, type Reliability, type SipLeg } from "./leg.ts";
import { newRequest } from "./leg_requests.ts";
import { isSips, requestUriOf } from "../request_uri.ts";
import type { ServerTransaction } from "../transaction/server_transaction.ts";
import { askedOfWindow } from "./session_terms.ts";
import { T1 } from "../transaction/timers.ts";

/** What the first INVITE of a leg says. `from` and `to` are whole values without a tag. */
export interface Invitation {
  readonly requestUri: string;
  readonly from: string;
  readonly to: string;
  /** User part of our Contact. */
  readonly user: string;
  readonly maxForwards: number;
  /** The offer; undefined: the INVITE asks for one. */
  readonly body: Uint8Array | undefined;
  /** Provisional responses may come reliably: what they offer can be answered. */
  readonly reliable: boolean;
  readonly contentType: string;
  /** Where it goes, as far as it is known already. */
  readonly hop?: Hop | undefined;
  /** Comma-joined Route values, absent = none. */
  readonly route?: string;
  /** Further whole header lines. */
  readonly lines?: readonly string[];
  /** Who proves our requests where they are challenged, absent = nobody. */
  readonly account?: string;
}

/** A leg whose INVITE is ready to be started. */
export function openLeg(
  context: Context,
  call: number,
  invitation: Invitation,
): { leg: SipLeg; request: ClientRequest } {
  const callId = context.random.token();
  const localTag = context.random.token();
  const dialog: Dialog = {
    callId,
    localTag,
    key: legKey(callId, localTag),
    remoteTag: "",
    local: invitation.from,
    remote: invitation.to,
    secure: isSips(invitation.requestUri),
    remoteTarget: invitation.requestUri,
    routeSet: "",
    localSeq: 1,
    remoteSeq: -1,
  };
  const { user, hop, account = "", route = "", lines } = invitation;
  const leg = blankLeg({
    role: "client",
    call,
    dialog,
    user,
    account,
    mergeKey: "",
    hop,
    reliability: "none",
  });
  leg.offer = invitation.body;
  leg.contentType = invitation.contentType;
  leg.asks = invitation.body === undefined;
  const own = invitation.reliable ? inviteLines : askingLines;
  const request = newRequest(leg, {
    head: {
      method: METHOD_INVITE,
      requestUri: invitation.requestUri,
      via: "",
      maxForwards: invitation.maxForwards,
      route,
      from: `${dialog.local};tag=${dialog.localTag}`,
      to: dialog.remote,
      callId: dialog.callId,
      cseq: 1,
      contact: "",
      contentType: invitation.contentType,
      lines: lines === undefined ? own : [...own, ...lines],
    },
    body: invitation.body,
    call,
  });
  return { leg, request };
}

/** A leg for the INVITE in the window (section 12.1.1). */
export function acceptLeg(
  context: Context,
  { transaction, call, user, account = "" }: {
    transaction: ServerTransaction;
    call: number;
    user: string;
    account?: string;
  },
): SipLeg {
  const callId = sip.text(sip.callId);
  const localTag = context.random.token();
  const dialog: Dialog = {
    callId,
    localTag,
    key: legKey(callId, localTag),
    remoteTag: sip.fromTag === 0 ? "" : sip.text(sip.fromTag),
    local: sip.text(sip.to),
    remote: sip.untaggedFrom(),
    secure: sip.requestScheme === SCHEME_SIPS,
    remoteTarget: requestUriOf(sip.text(sip.contactUri)),
    routeSet: sip.routeSet(false),
    localSeq: 0,
    remoteSeq: sip.cseq,
  };
  const leg = blankLeg({
    role: "server",
    call,
    dialog,
    user,
    account,
    mergeKey: mergeKeyOfWindow(),
    hop: transaction.source,
    reliability: reliabilityOfWindow(transaction.source),
  });
  // RFC 5626 section 4.3: the caller wants what follows on the flow that its INVITE came by
  if (leg.way === undefined && dialog.remoteTarget.includes(";ob") && leg.peer < 0) {
    leg.way = transaction.source;
  }
  leg.invite = transaction;
  leg.inviteSeq = sip.cseq;
  leg.asks = sip.body === 0;
  if (leg.peer < 0) leg.asked = askedOfWindow();
  return leg;
}

/** RFC 3262 section 3. A call within the relay loses nothing, so what says no more than that it rings need not be acknowledged there. */
function reliabilityOfWindow({ transport }: Hop): Reliability {
  if (sip.value(HEADER_REQUIRE) !== 0 && sip.lists(HEADER_REQUIRE, "100rel")) return "all";
  if (sip.value(HEADER_SUPPORTED) === 0 || !sip.lists(HEADER_SUPPORTED, "100rel")) return "none";
  return transport === "loop" ? "bodies" : "all";
}

function blankLeg(
  { role, call, dialog, user, account, mergeKey, hop, reliability }: {
    role: "client" | "server";
    call: number;
    dialog: Dialog;
    user: string;
    account: string;
    mergeKey: string;
    hop: Hop | undefined;
    reliability: Reliability;
  },
): SipLeg {
  const shard = hop?.shard ?? -1;
  const isLoop = hop?.transport === "loop";
  return {
    type: "sip",
    role,
    call,
    callId: dialog.callId,
    localTag: dialog.localTag,
    user,
    account,
    peer: isLoop ? shard : -1,
    through: isLoop ? -1 : shard,
    way: hop !== undefined && isWebSocket(hop.transport) ? hop : undefined,
    state: role === "client" ? "resolving" : "incoming",
    forks: [{ dialog, ack: undefined, sent: undefined, received: undefined }],
    chosen: -1,
    invite: undefined,
    inviteSeq: dialog.localSeq,
    request: undefined,
    offer: undefined,
    contentType: "",
    reliability,
    asks: false,
    patience: T1,
    held: undefined,
    change: undefined,
    mergeKey,
    asked: undefined,
    session: undefined,
    repeatAfter: 0,
    repeatTimer: 0,
    waitTimer: 0,
  };
}

/** Key of an INVITE however it came here (section 8.2.2.2). */
export function mergeKeyOfWindow(): string {
  const fromTag = sip.fromTag === 0 ? "" : sip.text(sip.fromTag);
  return `merge ${sip.text(sip.callId)} ${fromTag} ${sip.cseq}`;
}
