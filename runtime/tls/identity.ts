// Who we are over TLS, and whom we believe: files in PEM, checked before anything is done with them.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Config, ConfigError } from "../config/config.ts";
import { quoted } from "../config/flags.ts";

/** PEM: a certificate, those that vouch for it, and the key. Never to be logged. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Plain data: a shard gets it from its supervisor. */
export interface Credentials {
  readonly identity?: Identity;
  /** PEM of each root besides those that Deno knows. */
  readonly authorities: readonly string[];
}

export const NO_CREDENTIALS: Credentials = { authorities: [] };

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
/** Roots; the system's file of them has about 150. */
const AUTHORITY_LIMIT = 1_000;

type Files = Pick<Config, "certificate" | "key" | "ca">;
type ReadFile = (path: string) => string;

/** @throws ConfigError that names the setting and the file, and nothing of what is in it. */
export function readCredentials(files: Files, readFile: ReadFile = Deno.readTextFileSync): Credentials {
  const { certificate, key, ca } = files;
  const authorities = ca === undefined ? [] : readAuthorities(ca, readFile);
  if (certificate === undefined || key === undefined) return { authorities };
  return { identity: readIdentity(certificate, key, readFile), authorities };
}

/** What an operator should know of a certificate that can be used. */
export function doubtsAbout({ certificate }: Identity, now: number = Date.now()): string | undefined {
  const leaf = new X509Certificate(certificate);
  const [from, to] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (now > to) return `The certificate has expired: ${leaf.validTo}`;
  return now < from ? `The certificate is not valid yet: ${leaf.validFrom}` : undefined;
}

function readIdentity(certificatePath: string, keyPath: string, readFile: ReadFile): Identity {
  const certificate = readText("certificate", certificatePath, readFile);
  const [leaf] = certificatesOf("certificate", certificatePath, certificate);
  const key = readText("key", keyPath, readFile);
  if (!leaf!.checkPrivateKey(keyOf(keyPath, key))) {
    throw new ConfigError(
      "key",
      `Option --key: ${quoted(keyPath)} is not the key of the certificate in ${quoted(certificatePath)}`,
    );
  }
  return { certificate, key };
}

function readAuthorities(path: string, readFile: ReadFile): string[] {
  const text = readText("ca", path, readFile);
  const found = certificatesOf("ca", path, text);
  if (found.length > AUTHORITY_LIMIT) {
    throw new ConfigError("ca", `Option --ca: ${quoted(path)} has more than ${AUTHORITY_LIMIT} certificates`);
  }
  return text.match(BLOCK) ?? [];
}

function readText(field: string, path: string, readFile: ReadFile): string {
  try {
    return readFile(path);
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
    throw new ConfigError(field, `Option --${field}: cannot read ${quoted(path)}: ${why}`);
  }
}

function certificatesOf(field: string, path: string, text: string): X509Certificate[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new ConfigError(field, `Option --${field}: ${quoted(path)} has no certificate in PEM`);
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw new ConfigError(
        field,
        `Option --${field}: certificate ${index + 1} in ${quoted(path)} cannot be read`,
      );
    }
  });
}

/** The library's own words may quote the key. */
function keyOf(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    const problem = text.includes("ENCRYPTED")
      ? "is locked with a passphrase, which cannot be given"
      : "has no private key in PEM that can be read";
    throw new ConfigError("key", `Option --key: ${quoted(path)} ${problem}`);
  }
}
