// The REGISTER itself (RFC 3261 section 10.2, RFC 3327 section 5.1, 3GPP TS 24.229 sections 5.1.1 and 5.2.2).

import { METHOD_REGISTER } from "../../wasm/assembly/codes.ts";
import type { RequestDraft } from "../sip/client_request.ts";
import { authorization, type DigestTools, unproven } from "./digest_client.ts";
import type { Registration } from "./registration.ts";

/** What stands in each REGISTER. */
export interface RegisterLines {
  /** Whole lines: Supported, and of an edge proxy P-Visited-Network-ID. */
  readonly lines: readonly string[];
  readonly tools: DigestTools;
}

/** The next REGISTER: it takes a CSeq, and a use of the nonce. `expires` in seconds; 0 ends the binding. */
export function registerHead(
  registration: Registration,
  expires: number,
  { lines, tools }: RegisterLines,
): RequestDraft {
  const { identity, contact, callId, digest, localTag, path } = registration;
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
    contact: `${contact};expires=${expires}`,
    contentType: "",
    lines: [proof, ...lines, ...(path === "" ? [] : [`Path: ${path}`, "Require: path"])],
  };
}
