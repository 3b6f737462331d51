// Reads the value of an Authorization header field: RFC 3261 section 25.1 `credentials`, RFC 7616 section 3.4.

/** Longest value that is looked at: a digest answer takes some 300 characters. */
const LIMIT = 4096;
const SCHEME = /^\s*digest\s+/i;
const PARAMETER = /([\w!%'*+.`~-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|([^\s",]+))\s*(?:,[\s,]*|$)/sy;

/** Digest parameters by lower-case name, unquoted and unescaped. */
export type Credentials = ReadonlyMap<string, string>;

/**
 * The parameters of a Digest answer. Undefined when the scheme is another, the text is no list of parameters, or one
 * parameter stands twice (which of the two is meant would be a guess).
 */
export function readCredentials(value: string): Credentials | undefined {
  if (value.length > LIMIT) return undefined;
  const scheme = SCHEME.exec(value);
  if (scheme === null) return undefined;
  const credentials = new Map<string, string>();
  PARAMETER.lastIndex = scheme[0].length;
  for (let at = PARAMETER.lastIndex; at < value.length; at = PARAMETER.lastIndex) {
    const parameter = PARAMETER.exec(value);
    if (parameter === null) return undefined;
    const name = (parameter[1] ?? "").toLowerCase();
    if (credentials.has(name)) return undefined;
    credentials.set(name, parameter[3] ?? (parameter[2] ?? "").replace(/\\(.)/gs, "$1"));
  }
  return credentials;
}
