// A dialog, RFC 3261 section 12: what both ends remember so that later requests find their way.

import type { RequestDraft } from "./client_request.ts";
import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";
import { requestUriOf } from "./request_uri.ts";

const NO_LINES: readonly string[] = [];

/** Plain data. `local` and `remote` are whole From/To values without the tag. */
export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** legKey of both. */
  readonly key: string;
  remoteTag: string;
  readonly local: string;
  readonly remote: string;
  /** It was made by a sips URI: whatever belongs to it goes over TLS (section 12.1.1). */
  readonly secure: boolean;
  remoteTarget: string;
  /** Comma-joined Route values, `""` = none. */
  routeSet: string;
  /** CSeq number of our last request. */
  localSeq: number;
  /** CSeq number of the peer's last request, -1 before the first. */
  remoteSeq: number;
}

/** Takes route set, remote tag and remote target from the 1xx or 2xx in the window (section 12.1.2). */
export function learnFromResponse(dialog: Dialog): void {
  dialog.remoteTag = sip.text(sip.toTag);
  dialog.routeSet = sip.routeSet(true);
  refreshTarget(dialog);
}

/** A target refresh: the Contact of the message in the window replaces the remote target (section 12.2). */
export function refreshTarget(dialog: Dialog): void {
  if (sip.contactUri !== 0) dialog.remoteTarget = requestUriOf(sip.text(sip.contactUri));
}

/** A dialog's Request-URI and Route (section 12.2.1.1) and the URI whose address the request is sent to. */
export interface Heading {
  readonly requestUri: string;
  readonly route: string;
  readonly nextHop: string;
}

/** Where a request inside the dialog goes: loose routing, or the strict routing of RFC 2543 when the first route lacks `lr`. */
export function headingOf(dialog: Dialog): Heading {
  const { routeSet, remoteTarget } = dialog;
  if (routeSet === "") return { requestUri: remoteTarget, route: "", nextHop: remoteTarget };
  const first = firstRoute(routeSet);
  if (uri.read(first.uri) === 0 && uri.lr) {
    return { requestUri: remoteTarget, route: routeSet, nextHop: first.uri };
  }
  const rest = routeSet.slice(first.end);
  const route = rest === "" ? `<${remoteTarget}>` : `${rest}, <${remoteTarget}>`;
  return { requestUri: first.uri, route, nextHop: first.uri };
}

/** The head of the next request in the dialog but for Via, Contact and what the method adds. */
export function requestHead(
  dialog: Dialog,
  method: number,
  cseq: number,
): { head: RequestDraft; nextHop: string } {
  const { requestUri, route, nextHop } = headingOf(dialog);
  const remoteTag = dialog.remoteTag === "" ? "" : `;tag=${dialog.remoteTag}`;
  const head: RequestDraft = {
    method,
    requestUri,
    via: "",
    maxForwards: 70,
    route,
    from: `${dialog.local};tag=${dialog.localTag}`,
    to: `${dialog.remote}${remoteTag}`,
    callId: dialog.callId,
    cseq,
    contact: "",
    contentType: "",
    lines: NO_LINES,
  };
  return { head, nextHop };
}

/** First value of a comma-joined Route: its URI, and where the next value begins. Commas in <> belong to the URI. */
function firstRoute(routeSet: string): { uri: string; end: number } {
  const open = routeSet.indexOf("<");
  const close = routeSet.indexOf(">", open);
  const comma = routeSet.indexOf(",", close);
  const end = comma < 0 ? routeSet.length : comma + 1;
  return { uri: routeSet.slice(open + 1, close), end: routeSet[end] === " " ? end + 1 : end };
}
