// A stateless proxy that stays in the path (RFC 3261 sections 16.4, 16.6, 16.7 and 16.11), a loose router or one of RFC 2543's strict ones.

import type { Address, Network, Node, Source } from "./network.ts";
import { placeOf, sentBy } from "./phone_dialog.ts";
import { address, formatSip, header, headerLines, parameter, parseSip, type SipText } from "./sip_text.ts";

export class Proxy implements Node {
  readonly nextTimer = undefined;
  readonly received: SipText[] = [];
  readonly #network: Network;
  readonly #at: Address;
  readonly #uri: string;
  readonly #isStrict: boolean;
  readonly #next: Address;

  /** @param options `next`: where requests with a foreign Request-URI and no Route go. */
  constructor(options: { network: Network; at: Address; next: Address; strict?: boolean }) {
    const { network, at, next, strict = false } = options;
    this.#network = network;
    this.#at = at;
    this.#next = next;
    this.#isStrict = strict;
    this.#uri = `sip:${at.host}:${at.port}${strict ? "" : ";lr"}`;
    network.attach(at, this);
  }

  tick(): void {}

  receive(bytes: Uint8Array, _from: Source): void {
    const message = parseSip(bytes);
    this.received.push(message);
    if (/^\d/.test(message.start)) this.#passBack(message);
    else this.#passOn(message);
  }

  #passBack(response: SipText): void {
    const [, ...vias] = headerLines(response, "via");
    const others = response.headers.filter(([name]) => name !== "via" && !isContent(name));
    const headers = [...vias.map((via) => ["via", via] as const), ...others];
    const next = { start: "", requestUri: "", headers, body: "" };
    this.#send(
      formatSip({ first: `SIP/2.0 ${response.start} Passed`, headers, body: response.body }),
      sentBy(next),
    );
  }

  #passOn(request: SipText): void {
    const { requestUri, routes, next } = this.#way(request);
    const branch = `z9hG4bKp${this.#at.port}${parameter(header(request, "via"), "branch").slice(7)}`;
    const via = `SIP/2.0/UDP ${this.#at.host}:${this.#at.port};branch=${branch}`;
    const isFirst = !/;tag=/.test(header(request, "to")) && request.start === "INVITE";
    const kept = request.headers.filter(([name]) =>
      !["route", "max-forwards"].includes(name) && !isContent(name)
    );
    const headers = [
      ["Via", via] as const,
      ...(isFirst ? [["Record-Route", `<${this.#uri}>`] as const] : []),
      ...routes.map((route) => ["Route", route] as const),
      ["Max-Forwards", String(Number(header(request, "max-forwards")) - 1)] as const,
      ...kept,
    ];
    const bytes = formatSip({ first: `${request.start} ${requestUri} SIP/2.0`, headers, body: request.body });
    this.#send(bytes, next ?? this.#next);
  }

  #way(request: SipText): { requestUri: string; routes: string[]; next: Address | undefined } {
    let { requestUri } = request;
    const routes = headerLines(request, "route").flatMap((line) => line.split(/,\s*(?=<)/));
    if (this.#isStrict) {
      if (!this.#isOwn(requestUri)) return { requestUri, routes, next: undefined };
      requestUri = address(routes.shift() ?? "");
      return { requestUri, routes, next: placeOf(requestUri) };
    }
    // section 16.4: it came from a strict router, which moved the target to the end
    if (this.#isOwn(requestUri) && routes.length > 0) requestUri = address(routes.pop()!);
    else if (routes[0] !== undefined && this.#isOwn(address(routes[0]))) routes.shift();
    else return { requestUri, routes, next: undefined };
    const [first] = routes;
    if (first === undefined || /;lr\b/.test(first)) {
      return { requestUri, routes, next: placeOf(first === undefined ? requestUri : address(first)) };
    }
    // section 16.6 step 6: the next one is a strict router
    routes.push(`<${requestUri}>`);
    routes.shift();
    return { requestUri: address(first), routes, next: placeOf(address(first)) };
  }

  #isOwn(uri: string): boolean {
    const place = placeOf(uri);
    return place.host === this.#at.host && place.port === this.#at.port;
  }

  #send(bytes: Uint8Array, to: Address): void {
    this.#network.send(bytes, { from: this.#at, to });
  }
}

function isContent(name: string): boolean {
  return name === "content-length" || name === "content-type";
}
