// How a SIP leg begins: by an INVITE of ours, or by taking one of the peer's.

import { METHOD_INVITE } from "../../wasm/assembly/codes.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import { type Hop, isWebSocket } from "../hop.ts";
import { allowLines } from "./allow.ts";
import type { ClientRequest } from "./client_request.ts";
import type { Dialog } from "./dialog.ts";
import { legKey, type SipLeg } from "./leg.ts";
import { newRequest } from "./leg_requests.ts";
import { requestUriOf } from "./request_uri.ts";
import type { ServerTransaction } from "./server_transaction.ts";
import { mergeKeyOfWindow } from "./user_agent.ts";

/** What the first INVITE of a leg says. `from` and `to` are whole values without a tag. */
export interface Invitation {
  readonly requestUri: string;
  readonly from: string;
  readonly to: string;
  /** User part of our Contact. */
  readonly user: string;
  readonly maxForwards: number;
  readonly body: Uint8Array;
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
    remoteTarget: invitation.requestUri,
    routeSet: "",
    localSeq: 1,
    remoteSeq: -1,
  };
  const { user, hop, account = "", route = "", lines } = invitation;
  const leg = blankLeg({ role: "client", call, dialog, user, account, mergeKey: "", hop });
  leg.offer = invitation.body;
  leg.contentType = invitation.contentType;
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
      lines: lines === undefined ? allowLines : [...allowLines, ...lines],
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
  });
  // RFC 5626 section 4.3: the caller wants what follows on the flow that its INVITE came by
  if (leg.way === undefined && dialog.remoteTarget.includes(";ob") && leg.peer < 0) {
    leg.way = transaction.source;
  }
  leg.invite = transaction;
  leg.inviteSeq = sip.cseq;
  return leg;
}

function blankLeg(
  { role, call, dialog, user, account, mergeKey, hop }: {
    role: "client" | "server";
    call: number;
    dialog: Dialog;
    user: string;
    account: string;
    mergeKey: string;
    hop: Hop | undefined;
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
    forks: [{ dialog, ack: undefined }],
    chosen: -1,
    invite: undefined,
    inviteSeq: dialog.localSeq,
    request: undefined,
    offer: undefined,
    contentType: "",
    mergeKey,
    repeatAfter: 0,
    repeatTimer: 0,
    waitTimer: 0,
  };
}
