// What Refer-To asks for (RFC 3515 section 2.1): a URI to be called, with Replaces (RFC 3891) as the only header field that is let through.

export interface ReferTo {
  /** Without header fields and without `method`. */
  readonly target: string;
  /** Value of Replaces, "" = none. */
  readonly replaces: string;
}

const TOKEN = "[A-Za-z0-9.!%*_+`'~-]+";
const WORD = "[A-Za-z0-9.!%*_+`'~()<>:\\\\\"/[\\]?{}-]+";
/** Call-ID and parameters that are tokens: nothing that could end the value. */
const REPLACES = new RegExp(`^${WORD}(?:@${WORD})?(?:;(?:to-tag|from-tag)=${TOKEN}|;early-only){2,3}$`, "i");
const LONGEST = 1024;

/** The URI of a Refer-To, or why it is refused. */
export function readReferTo(uri: string): ReferTo | { readonly status: number; readonly reason: string } {
  if (uri.length > LONGEST) return { status: 400, reason: "Refer-To is too long" };
  const mark = uri.indexOf("?", uri.lastIndexOf("@") + 1);
  const address = mark < 0 ? uri : uri.slice(0, mark);
  const method = /;method=([^;]*)/i.exec(address)?.[1] ?? "INVITE";
  if (method.toUpperCase() !== "INVITE") return { status: 403, reason: "Refer-To may ask for INVITE alone" };
  const target = address.replace(/;method=[^;]*/i, "");
  if (mark < 0) return { target, replaces: "" };
  const [name = "", value = "", ...more] = uri.slice(mark + 1).split(/=(.*)/s);
  if (name.toLowerCase() !== "replaces" || more.join("") !== "" || value.includes("&")) {
    return { status: 403, reason: "Refer-To may carry Replaces alone" };
  }
  const replaces = decoded(value);
  if (replaces === undefined || !REPLACES.test(replaces)) {
    return { status: 400, reason: "Replaces in Refer-To is malformed" };
  }
  return { target, replaces };
}

/** The value of a Refer-To. */
export function writeReferTo({ target, replaces }: ReferTo): string {
  return replaces === "" ? `<${target}>` : `<${target}?Replaces=${encodeURIComponent(replaces)}>`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
