// Certificates made on the spot: an authority of our own, and whoever it vouches for (RFC 5280, in DER).

import { Buffer } from "node:buffer";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { isIPv6 } from "node:net";

export interface CertificateOptions {
  /** Names and IPv4 addresses that it is for; with a scheme, a URI. */
  readonly names?: readonly string[];
  /** Seconds from now. */
  readonly from?: number;
  readonly to?: number;
}

/** PEM. */
export interface Issued {
  readonly certificate: string;
  readonly key: string;
}

const DAY = 86_400;
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BOOLEAN = 0x01;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OID = 0x06;
const UTF8 = 0x0c;
const GENERALIZED_TIME = 0x18;
/** GeneralName's choices. */
const DNS_NAME = 0x82;
const URI_NAME = 0x86;
const IP_NAME = 0x87;

const ECDSA_SHA256 = der(SEQUENCE, der(OID, bytes("2a8648ce3d040302")));
const COMMON_NAME = der(OID, bytes("550403"));
const BASIC_CONSTRAINTS = der(OID, bytes("551d13"));
const ALTERNATIVE_NAMES = der(OID, bytes("551d11"));

export class Authority {
  readonly certificate: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name = "Authority of a test") {
    this.#name = name;
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    const constraints = der(SEQUENCE, der(BOOLEAN, [0xff]));
    const extension = der(SEQUENCE, BASIC_CONSTRAINTS, der(BOOLEAN, [0xff]), der(OCTET_STRING, constraints));
    this.certificate = this.#certificate({ subject: name, key: publicKey, extension });
  }

  issue({ names = ["localhost", "127.0.0.1"], from, to }: CertificateOptions = {}): Issued {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const extension = der(
      SEQUENCE,
      ALTERNATIVE_NAMES,
      der(OCTET_STRING, der(SEQUENCE, ...names.map(generalName))),
    );
    return {
      certificate: this.#certificate({ subject: names[0] ?? "nobody", key: publicKey, extension, from, to }),
      key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  }

  #certificate({ subject, key, extension, from = -DAY, to = DAY }: {
    subject: string;
    key: KeyObject;
    extension: Uint8Array;
    from?: number | undefined;
    to?: number | undefined;
  }): string {
    const serial = crypto.getRandomValues(new Uint8Array(8));
    serial[0] = 1 | serial[0]! & 0x7f;
    const body = der(
      SEQUENCE,
      der(0xa0, der(INTEGER, [2])),
      der(INTEGER, serial),
      ECDSA_SHA256,
      distinguishedName(this.#name),
      der(SEQUENCE, time(from), time(to)),
      distinguishedName(subject),
      new Uint8Array(key.export({ type: "spki", format: "der" })),
      der(0xa3, der(SEQUENCE, extension)),
    );
    const signature = sign("sha256", body, this.#key);
    return pem(der(SEQUENCE, body, ECDSA_SHA256, der(BIT_STRING, [0], signature)));
  }
}

/** The SHA-256 of a certificate's public key in base 64, as Chromium's --ignore-certificate-errors-spki-list wants it. */
export async function publicKeyHash({ key }: Issued): Promise<string> {
  const spki = createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" });
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(spki));
  return Buffer.from(digest).toString("base64");
}

function der(tag: number, ...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  const { length } = content;
  const head = length < 0x80
    ? [tag, length]
    : length < 0x100
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff];
  return new Uint8Array(Buffer.concat([Uint8Array.from(head), content]));
}

function distinguishedName(name: string): Uint8Array {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, new TextEncoder().encode(name)))));
}

function generalName(name: string): Uint8Array {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return der(IP_NAME, name.split(".").map(Number));
  if (isIPv6(name)) return der(IP_NAME, bytesOfIpv6(name));
  return der(name.includes(":") ? URI_NAME : DNS_NAME, new TextEncoder().encode(name));
}

/** The usual forms: groups of hexadecimal digits, one gap at the most. */
function bytesOfIpv6(address: string): number[] {
  const [head = [], tail = []] = address.split("::").map((part) => part === "" ? [] : part.split(":"));
  const gap = new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...gap, ...tail].map((group) => parseInt(group, 16)).flatMap((
    group,
  ) => [group >> 8, group & 255]);
}

function time(seconds: number): Uint8Array {
  const text = new Date(Date.now() + 1_000 * seconds).toISOString().replace(/\.\d+|[-:T]/g, "");
  return der(GENERALIZED_TIME, new TextEncoder().encode(text));
}

function pem(content: Uint8Array): string {
  const lines = Buffer.from(content).toString("base64").match(/.{1,64}/g)!.join("\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
