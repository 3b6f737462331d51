// Who calls, as far as it may be believed and told (RFC 3325 sections 5 to 9, RFC 3323 section 4, RFC 5876).

import { HEADER_P_ASSERTED_IDENTITY, HEADER_PRIVACY } from "../../wasm/assembly/codes.ts";
import { headers } from "../../wasm/header.ts";
import { isMalformed } from "../../wasm/headers/cursor.ts";
import { sip } from "../../wasm/sip.ts";
import { uri } from "../../wasm/uri.ts";

export interface Caller {
  /** From value without a tag: what anybody may see. */
  readonly from: string;
  /** The URI in it. */
  readonly fromUri: string;
  /** URI that stands for the caller among those who trust each other, "" = nobody vouches for one. */
  readonly asserted: string;
  readonly isPrivate: boolean;
}

/** RFC 3323 section 4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';
const ANONYMOUS_URI = "sip:anonymous@anonymous.invalid";

/** Privacy values that hide the caller: RFC 3323 section 4.2, RFC 3325 section 9.3; "full" is from the drafts before. */
const HIDING: ReadonlySet<string> = new Set(["id", "user", "full", "header"]);

/** P-Asserted-Identity values that are looked at: RFC 3325 section 9.1 allows one sip and one tel. */
const IDENTITIES = 4;

/**
 * The caller of the INVITE in the window. A trusted peer vouches for it by P-Asserted-Identity; from anybody else that is only text. A wish for privacy is
 * anybody's right.
 */
export function callerOfWindow(
  { from, isTrusted, isOwn }: {
    /** The From value without its tag. */
    from: string;
    isTrusted: boolean;
    /** It is a user of the domain who has proved it. */
    isOwn: boolean;
  },
): Caller {
  const fromUri = sip.text(sip.fromUri);
  const asserted = (isTrusted ? assertedUri() : "") || (isOwn ? fromUri : "");
  if (sip.count(HEADER_PRIVACY) > 0 && wantsPrivacy()) return anonymous(asserted);
  if (!isTrusted || asserted === "") return { from, fromUri, asserted, isPrivate: false };
  return { from: `<${asserted}>`, fromUri: asserted, asserted, isPrivate: false };
}

/** A caller that we know ourselves. */
export function callerOf(own: string, { isPrivate = false }: { isPrivate?: boolean } = {}): Caller {
  return isPrivate ? anonymous(own) : { from: `<${own}>`, fromUri: own, asserted: own, isPrivate };
}

/** Header lines for a next hop within the trust: RFC 3325 sections 5 and 9.3. To all others they say nothing. */
export function assertion({ asserted, isPrivate }: Caller): readonly string[] {
  if (asserted === "") return [];
  const line = `P-Asserted-Identity: <${asserted}>`;
  return isPrivate ? [line, "Privacy: id"] : [line];
}

function anonymous(asserted: string): Caller {
  return { from: ANONYMOUS, fromUri: ANONYMOUS_URI, asserted, isPrivate: true };
}

/** The first sip or tel URI of P-Asserted-Identity, "" = none. */
function assertedUri(): string {
  if (sip.count(HEADER_P_ASSERTED_IDENTITY) === 0) return "";
  const values = headers.values(HEADER_P_ASSERTED_IDENTITY);
  if (isMalformed(values)) return "";
  for (const value of values.slice(0, IDENTITIES)) {
    const address = headers.address(HEADER_P_ASSERTED_IDENTITY, value);
    if (isMalformed(address)) return "";
    if (/^(?:sips?|tel):/i.test(address.uri) && uri.read(address.uri) === 0 && !uri.hasHeaders) {
      return address.uri;
    }
  }
  return "";
}

function wantsPrivacy(): boolean {
  for (let nth = 0; nth < sip.count(HEADER_PRIVACY); nth++) {
    const wishes = sip.text(sip.value(HEADER_PRIVACY, nth)).toLowerCase().split(/[;,]/);
    if (wishes.some((wish) => HIDING.has(wish.trim()))) return true;
  }
  return false;
}

/** What an INVITE says besides to a next hop within the trust. */
export function asserted(
  { lines = [] }: { lines?: readonly string[] },
  caller: Caller,
): { lines: readonly string[] } {
  return { lines: [...assertion(caller), ...lines] };
}
