// Configured identities as core takes them: keys as bytes, OPc made of OP.

import type { ImsIdentity } from "../core/ims/identity.ts";
import { opcOf } from "../core/ims/milenage.ts";
import type { ImsUser } from "./config/config.ts";
import { aes128 } from "./hash.ts";

export function identityOf({ k, op, opc, password, ...rest }: ImsUser): ImsIdentity {
  if (k === undefined) return { ...rest, secret: { type: "password", password: password ?? "" } };
  const key = bytesOf(k);
  const made = opc === undefined ? opcOf(aes128, { k: key, op: bytesOf(op ?? "") }) : bytesOf(opc);
  return { ...rest, secret: { type: "aka", key: { k: key, opc: made } } };
}

function bytesOf(hexadecimal: string): Uint8Array {
  return Uint8Array.from(hexadecimal.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
