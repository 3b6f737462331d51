// How browsers log in, read out of the files that the settings name. Nothing of a secret gets into a message.

import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import type { JWK } from "jose";
import { readPasswordHash } from "../login/password_hash.ts";
import { readKeySet } from "../login/key_set.ts";
import { isLoopback } from "../http/access.ts";
import { ConfigError, type KeySource, type LoginConfig, type LoginSettings } from "./config.ts";
import { quoted } from "./flags.ts";

/** RFC 7518 section 3.2: as many bits as the hash has. */
const SECRET_BYTES = 32;
const LIMIT = 100_000;
/** RFC 3261 section 25.1, `user`. */
const USER = /^(?:[A-Za-z\d\-_.!~*'()&=+$,;?/]|%[\dA-Fa-f]{2}){1,256}$/;

/** The settings of the login, and those that are about something else. */
export function loginSettings<Settings extends LoginSettings>(
  settings: Settings,
): [LoginSettings, Omit<Settings, keyof LoginSettings>] {
  const { jwtSecret, jwks, jwtIssuer, jwtAudience, jwtClaim, browsers, ...others } = settings;
  return [{ jwtSecret, jwks, jwtIssuer, jwtAudience, jwtClaim, browsers }, others];
}

/**
 * How browsers log in. undefined = no login is configured.
 *
 * @throws ConfigError
 */
export function readLogin(
  settings: LoginSettings,
  readFile: (path: string) => string = Deno.readTextFileSync,
): LoginConfig | undefined {
  const { jwtSecret, jwks, jwtIssuer, jwtAudience, jwtClaim, browsers } = settings;
  if (jwtSecret === undefined && jwks === undefined) {
    const [needless] = Object.entries({ jwtIssuer, jwtAudience, jwtClaim }).find(([, value]) =>
      value !== undefined
    ) ?? [];
    if (needless !== undefined) throw wrong(needless, "needs --jwks or --jwt-secret");
    if (browsers === undefined) return undefined;
  }
  if (jwks !== undefined && (jwtIssuer === undefined || jwtAudience === undefined)) {
    // The same keys sign for whoever asks the issuer.
    throw wrong("jwks", "needs --jwt-issuer and --jwt-audience, or tokens for others would do");
  }
  const file = (field: string, path: string) => {
    try {
      return readFile(path);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw wrong(field, `cannot read ${quoted(path)}: ${why.split("\n", 1)[0]}`);
    }
  };
  return {
    claim: jwtClaim ?? "sub",
    ...(jwtSecret === undefined ? {} : { secret: readSecret(jwtSecret, file("jwtSecret", jwtSecret)) }),
    ...(jwks === undefined ? {} : { keys: readKeys(jwks, (path) => file("jwks", path)) }),
    ...(jwtIssuer === undefined ? {} : { issuer: jwtIssuer }),
    ...(jwtAudience === undefined ? {} : { audience: jwtAudience }),
    ...(browsers === undefined ? {} : { passwords: readBrowsers(browsers, file("browsers", browsers)) }),
  };
}

function readSecret(path: string, text: string): string {
  // The end of the line is the editor's.
  const secret = text.replace(/\r?\n$/, "");
  if (Buffer.byteLength(secret) < SECRET_BYTES) {
    throw wrong("jwtSecret", `${quoted(path)} has fewer than ${SECRET_BYTES} bytes`);
  }
  return secret;
}

function readKeys(text: string, file: (path: string) => string): KeySource {
  if (/^https?:/i.test(text)) {
    const url = URL.parse(text);
    if (url === null || url.username !== "" || url.password !== "") {
      throw wrong("jwks", `${quoted(text)} is neither a file nor a URL`);
    }
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (url.protocol === "http:" && host !== "localhost" && !isLoopback(host)) {
      throw wrong("jwks", `${quoted(text)} has to be https: on the way anybody could change the keys`);
    }
    return { url: url.href };
  }
  try {
    const set = readKeySet(file(text));
    if (set.keys.length === 0) throw new Error("The JWK Set has no keys");
    // Whoever can read it could sign.
    if (set.keys.some((key) => "d" in key || "k" in key)) throw new Error("The JWK Set has a secret key");
    for (const [at, key] of set.keys.entries()) {
      if (!isUsable(key)) throw new Error(`Key ${at + 1} of the JWK Set cannot be read`);
    }
    return { set };
  } catch (error) {
    if (error instanceof ConfigError || !(error instanceof Error)) throw error;
    throw wrong("jwks", `${quoted(text)} cannot be used: ${error.message}`);
  }
}

/** Whether a key for RS256 or ES256 is one. A set may have others beside them, which are never asked for. */
function isUsable(key: JWK): boolean {
  if (key.kty !== "RSA" && !(key.kty === "EC" && key.crv === "P-256")) return true;
  try {
    createPublicKey({ key, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}

function readBrowsers(path: string, text: string): [string, string][] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    // The parser's own message would quote the text.
    throw wrong("browsers", `${quoted(path)} is not JSON`);
  }
  if (typeof entries !== "object" || entries === null || Array.isArray(entries)) {
    throw wrong("browsers", `${quoted(path)} is not a JSON object`);
  }
  const named = Object.entries(entries);
  if (named.length > LIMIT) throw wrong("browsers", `${quoted(path)} names more than ${LIMIT}`);
  return named.map(([user, hash]) => {
    const problem = !USER.test(user)
      ? "cannot be a user's name"
      : typeof hash !== "string"
      ? "has no text as its hash"
      : readPasswordHash(hash);
    if (typeof problem === "string") throw wrong("browsers", `${quoted(path)}: ${quoted(user)} ${problem}`);
    return [user, hash];
  });
}

const OPTIONS: Readonly<Record<string, string>> = {
  jwtSecret: "jwt-secret",
  jwks: "jwks",
  jwtIssuer: "jwt-issuer",
  jwtAudience: "jwt-audience",
  jwtClaim: "jwt-claim",
  browsers: "browsers",
};

function wrong(field: string, what: string): ConfigError {
  return new ConfigError(field, `Option --${OPTIONS[field]}: ${what}`);
}
