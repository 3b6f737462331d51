// What a registrar makes of digest credentials, written out by hand after RFC 7616 and apart from the relay's own.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { header, type SipText } from "./sip_text.ts";

const HASHES: Readonly<Record<string, string>> = {
  "MD5": "md5",
  "SHA-256": "sha256",
  "SHA-512-256": "sha512-256",
  "AKAv1-MD5": "md5",
};

/** Whether a request's credentials are right for a password, or for AKA's RES. */
export function isProved(
  request: SipText,
  name: "authorization" | "proxy-authorization",
  password: string | Uint8Array,
): boolean {
  const credentials = credentialsOf(header(request, name));
  if (!credentials.response) return false;
  const algorithm = HASHES[credentials.algorithm ?? "MD5"];
  assert.ok(algorithm !== undefined, header(request, name));
  const hash = (...parts: (string | Uint8Array)[]) => {
    const sum = createHash(algorithm);
    for (const part of parts) sum.update(part);
    return sum.digest("hex");
  };
  const { username = "", realm = "", nonce = "", uri = "", qop, nc, cnonce } = credentials;
  const secret = hash(`${username}:${realm}:`, password);
  const entity = qop === "auth-int" ? `:${hash(request.body)}` : "";
  const covered = hash(`${request.start}:${uri}${entity}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return hash(`${secret}:${middle}:${covered}`) === credentials.response;
}

/** The parts of an Authorization or Proxy-Authorization value. */
export function credentialsOf(value: string): Readonly<Record<string, string>> {
  const pairs = value.replace(/^Digest\s+/i, "").matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s,]+))/g);
  return Object.fromEntries([...pairs].map(([, name, quoted, plain]) => [name!, quoted ?? plain ?? ""]));
}
