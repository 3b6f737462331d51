// The REGISTER itself (RFC 3261 section 10.2, RFC 3327 section 5.1, 3GPP TS 24.229 sections 5.1.1 and 5.2.2).

import { METHOD_REGISTER } from "../../wasm/assembly/codes.ts";
import type { RequestDraft } from "../sip/client_request.ts";
import { authorization, type DigestTools, unproven } from "./digest_client.ts";
import type { Place, Registration } from "./registration.ts";

/** What stands in each REGISTER. */
export interface RegisterLines {
  /** Whole lines: Supported, and of an edge proxy P-Visited-Network-ID. */
  readonly lines: readonly string[];
  readonly tools: DigestTools;
}

/** The next REGISTER: it takes a CSeq, and a use of the nonce. */
export function registerHead(registration: Registration, { lines, tools }: RegisterLines): RequestDraft {
  const { identity, callId, digest, localTag, place } = registration;
  const requestUri = `sip:${identity.home}`;
  const covered = { method: "REGISTER", uri: requestUri };
  const proof = authorization(digest, { identity, covered, tools }) || unproven(identity, requestUri);
  return {
    method: METHOD_REGISTER,
    requestUri,
    via: "",
    maxForwards: 70,
    route: "",
    from: `<${identity.uri}>;tag=${localTag}`,
    to: `<${identity.uri}>`,
    callId,
    cseq: ++registration.cseq,
    contact: contactOf(registration),
    contentType: "",
    lines: [proof, ...lines, ...(place.path === "" ? [] : ["Require: path", pathOf(place)])],
  };
}

/** The way is known: what of the head says by which one we are reached. */
export function writePlace(head: RequestDraft, registration: Registration): void {
  const { place } = registration;
  head.contact = contactOf(registration);
  if (place.path !== "") head.lines = [...head.lines.slice(0, -1), pathOf(place)];
}

function contactOf({ asked, place }: Registration): string {
  return `${place.contact};expires=${asked}`;
}

function pathOf({ path }: Place): string {
  return `Path: ${path}`;
}
