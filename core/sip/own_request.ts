// Requests that belong to no INVITE session's machine: outside any dialog, or inside one beside its offers (RFC 3261 sections 8.1.1 and 12.2.1).

import { METHOD_INFO, METHOD_MESSAGE, METHOD_NOTIFY, METHOD_REFER } from "../../wasm/assembly/codes.ts";
import type { Context } from "../context.ts";
import { type ClientRequest, freshRequest, type RequestUser } from "./client_request.ts";
import { type Dialog, requestHead } from "./dialog.ts";
import type { SipLeg } from "./session/leg.ts";

export interface OwnRequest {
  /** METHOD_*. */
  readonly method: number;
  readonly lines?: readonly string[];
  readonly body?: Uint8Array | undefined;
  readonly contentType?: string;
  /** Told of what becomes of it, and for which record. */
  readonly asker: RequestUser;
  readonly about: Asker;
}

/** A record of whoever asks. Plain data; `type` tells which. */
export interface Asker {
  readonly type: string;
}

/** What such a request is about: its asker's record, and the dialog that counts it, if any. */
export interface Purpose {
  readonly record: Asker;
  readonly dialog: Dialog | undefined;
}

const NO_LINES: readonly string[] = [];

/** The dialog of a leg that requests can be sent in: the session's, or the one early dialog of an INVITE of ours. */
export function dialogOf(leg: SipLeg): Dialog | undefined {
  if (leg.chosen >= 0) return leg.forks[leg.chosen]!.dialog;
  if (leg.role === "server" || leg.forks.length !== 1) return undefined;
  const { dialog } = leg.forks[0]!;
  return dialog.remoteTag === "" ? undefined : dialog;
}

/** The next request in a leg's dialog, and the URI that it is sent towards. */
export function requestInside(
  leg: SipLeg,
  dialog: Dialog,
  { method, lines = NO_LINES, body, contentType = "", asker, about }: OwnRequest,
): { request: ClientRequest; towards: string } {
  const { head, nextHop } = requestHead(dialog, method, ++dialog.localSeq);
  const { account, call, user, through, way } = leg;
  const purpose: Purpose = { record: about, dialog };
  const request = freshRequest({
    leg: undefined,
    asker,
    about: purpose,
    account,
    call,
    head: { ...head, contentType, lines },
    user,
    through,
    way,
    body,
  });
  return { request, towards: nextHop };
}

/** A request outside any dialog. `from` and `to` are whole values without a tag, `route` comma-joined Route values. */
export function requestOutside(
  context: Context,
  { method, lines = NO_LINES, body, contentType = "", asker, about, ...parts }: OwnRequest & {
    readonly requestUri: string;
    readonly route?: string;
    readonly from: string;
    readonly to: string;
    readonly maxForwards: number;
    /** Who proves it where it is challenged, "" = nobody. */
    readonly account?: string;
  },
): ClientRequest {
  const { random } = context;
  const { requestUri, route = "", from, to, maxForwards, account = "" } = parts;
  const head = {
    method,
    requestUri,
    via: "",
    maxForwards,
    route,
    from: `${from};tag=${random.token()}`,
    to,
    callId: random.token(),
    cseq: 1,
    contact: "",
    contentType,
    lines,
  };
  const purpose: Purpose = { record: about, dialog: undefined };
  return freshRequest({
    leg: undefined,
    asker,
    about: purpose,
    account,
    call: 0,
    head,
    user: "",
    through: -1,
    way: undefined,
    body,
  });
}

/** Methods that leave the session as it is. */
export function isBeside(method: number): boolean {
  return method === METHOD_INFO || method === METHOD_MESSAGE || method === METHOD_REFER ||
    method === METHOD_NOTIFY;
}
