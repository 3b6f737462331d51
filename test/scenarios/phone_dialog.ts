// A phone's own note of a dialog, written by hand after RFC 3261 section 12 and independent of the relay's.

import type { Address } from "./network.ts";
import { address, formatSip, header, headerLines, parameter, type SipText } from "./sip_text.ts";

type Line = readonly [name: string, value: string];

export interface PhoneDialog {
  readonly callId: string;
  readonly localTag: string;
  remoteTag: string;
  readonly local: string;
  readonly remote: string;
  target: string;
  /** Route values in order. */
  routes: string[];
  localSeq: number;
  remoteSeq: number;
}

/** The dialog that an INVITE makes at its callee (section 12.1.1). */
export function calledDialog(invite: SipText, localTag: string): PhoneDialog {
  return {
    callId: header(invite, "call-id"),
    localTag,
    remoteTag: parameter(header(invite, "from"), "tag"),
    local: header(invite, "to"),
    remote: withoutTag(header(invite, "from")),
    target: address(header(invite, "contact")),
    routes: recordRoutes(invite),
    localSeq: 0,
    remoteSeq: Number(header(invite, "cseq").split(" ")[0]),
  };
}

/** The dialog that a response makes at the caller (section 12.1.2). */
export function callingDialog(first: PhoneDialog, response: SipText): PhoneDialog {
  return {
    ...first,
    remoteTag: parameter(header(response, "to"), "tag"),
    target: address(header(response, "contact")),
    routes: recordRoutes(response).reverse(),
  };
}

export interface RequestParts {
  readonly method: string;
  readonly number: number;
  readonly via: string;
  readonly contact: string;
  readonly sdp?: string;
  readonly lines?: readonly Line[];
}

/** A request inside the dialog, and where it goes (sections 12.2.1.1 and 16.12). */
export function writeInside(dialog: PhoneDialog, parts: RequestParts): { bytes: Uint8Array; to: Address } {
  const [first] = dialog.routes;
  const isStrict = first !== undefined && !/;lr\b/i.test(first);
  const requestUri = isStrict ? address(first) : dialog.target;
  const routes = isStrict ? [...dialog.routes.slice(1), `<${dialog.target}>`] : dialog.routes;
  const toTag = dialog.remoteTag === "" ? "" : `;tag=${dialog.remoteTag}`;
  const bytes = formatSip({
    first: `${parts.method} ${requestUri} SIP/2.0`,
    headers: [
      ["Via", parts.via],
      ["Max-Forwards", "70"],
      ...routes.map((route) => ["Route", route] as const),
      ["From", `${dialog.local};tag=${dialog.localTag}`],
      ["To", `${dialog.remote}${toTag}`],
      ["Call-ID", dialog.callId],
      ["CSeq", `${parts.number} ${parts.method}`],
      ["Contact", parts.contact],
      ...parts.lines ?? [],
    ],
    body: parts.sdp ?? "",
  });
  return { bytes, to: placeOf(first === undefined ? requestUri : address(first)) };
}

/** Section 17.1.1.3. */
export function writeAckToFailure(invite: SipText, response: SipText): Uint8Array {
  const headers = [
    ...like(invite, ["via", "max-forwards", "route", "from", "call-id"]),
    ["To", header(response, "to")] as const,
    ["CSeq", header(invite, "cseq").replace("INVITE", "ACK")] as const,
  ];
  return formatSip({ first: `ACK ${invite.requestUri} SIP/2.0`, headers });
}

/** Section 9.1. */
export function writeCancel(invite: SipText): Uint8Array {
  const headers = [
    ...like(invite, ["via", "max-forwards", "route", "from", "to", "call-id"]),
    ["CSeq", header(invite, "cseq").replace("INVITE", "CANCEL")] as const,
  ];
  return formatSip({ first: `CANCEL ${invite.requestUri} SIP/2.0`, headers });
}

/** A response to a request, with what section 8.2.6.2 has it keep. */
export function writeResponse(
  request: SipText,
  { statusLine, tag, contact, sdp = "", lines = [] }: {
    statusLine: string;
    tag: string;
    contact: string;
    sdp?: string;
    lines?: readonly Line[];
  },
): Uint8Array {
  const to = header(request, "to");
  return formatSip({
    first: `SIP/2.0 ${statusLine}`,
    headers: [
      ...headerLines(request, "via").map((value) => ["Via", value] as const),
      ...headerLines(request, "record-route").map((value) => ["Record-Route", value] as const),
      ["From", header(request, "from")],
      ["To", /;tag=/.test(to) ? to : `${to};tag=${tag}`],
      ["Call-ID", header(request, "call-id")],
      ["CSeq", header(request, "cseq")],
      ["Contact", contact],
      ...lines,
    ],
    body: sdp,
  });
}

/** The address in a URI whose host is an IP address. */
export function placeOf(uri: string): Address {
  const [, host = "", port = "5060"] = /^sip:(?:[^@]*@)?([^:;?]+)(?::(\d+))?/.exec(uri) ?? [];
  const [, transport = "udp"] = /;transport=(tcp|tls)/i.exec(uri) ?? [];
  return { transport: transport.toLowerCase() as Address["transport"], host, port: Number(port) };
}

/** Where the responses to a request go. */
export function sentBy(request: SipText): Address {
  const [, transport = "", host = "", port = "5060"] =
    /^SIP\/2\.0\/(\w+) ([^:;]+)(?::(\d+))?/.exec(header(request, "via")) ?? [];
  return { transport: transport.toLowerCase() as Address["transport"], host, port: Number(port) };
}

function recordRoutes(message: SipText): string[] {
  return headerLines(message, "record-route").flatMap((line) => line.split(/,\s*(?=<)/));
}

function like({ headers }: SipText, names: readonly string[]): Line[] {
  return headers.filter(([name]) => names.includes(name));
}

function withoutTag(value: string): string {
  return value.replace(/;tag=.*/, "");
}
