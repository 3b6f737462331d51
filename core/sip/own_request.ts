// Requests that belong to no INVITE session's machine: outside any dialog, or inside one beside its offers (RFC 3261 sections 8.1.1 and 12.2.1).

import type { Context } from "../context.ts";
import { type Asker, type ClientRequest, freshRequest } from "./client_request.ts";
import { type Dialog, requestHead } from "./dialog.ts";
import type { SipLeg } from "./leg.ts";

export interface OwnRequest {
  /** METHOD_*. */
  readonly method: number;
  readonly lines?: readonly string[];
  readonly body?: Uint8Array | undefined;
  readonly contentType?: string;
  /** Told of the final answer, or of what stands for it; undefined = nobody. */
  readonly asker: Asker | undefined;
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
  { method, lines = NO_LINES, body, contentType = "", asker }: OwnRequest,
): { request: ClientRequest; towards: string } {
  const { head, nextHop } = requestHead(dialog, method, ++dialog.localSeq);
  const { call, user, through } = leg;
  const request = freshRequest({
    leg: undefined,
    asker,
    call,
    head: { ...head, contentType, lines },
    user,
    through,
    body,
  });
  return { request, towards: nextHop };
}

/** A request outside any dialog. `from` and `to` are whole values without a tag. */
export function requestOutside(
  context: Context,
  { method, lines = NO_LINES, body, contentType = "", asker, requestUri, from, to, maxForwards }:
    & OwnRequest
    & {
      readonly requestUri: string;
      readonly from: string;
      readonly to: string;
      readonly maxForwards: number;
    },
): ClientRequest {
  const { random } = context;
  const head = {
    method,
    requestUri,
    via: "",
    maxForwards,
    route: "",
    from: `${from};tag=${random.token()}`,
    to,
    callId: random.token(),
    cseq: 1,
    contact: "",
    contentType,
    lines,
  };
  return freshRequest({ leg: undefined, asker, call: 0, head, user: "", through: -1, body });
}
