// The subscribers of ims.test. Each has one implicit registration set: sip:NAME@ims.test, sip:NUMBER@ims.test and tel:NUMBER.

import type { Subscriber } from "./milenage.ts";

export const DOMAIN = "ims.test";

interface Subscription<Name extends string> {
  readonly name: Name;
  /** Private identity: name@ims.test. */
  readonly impi: string;
  /** Public identities. */
  readonly sip: string;
  readonly sipNumber: string;
  readonly tel: string;
  /** Last part of the address that this user's phone has by default. */
  readonly host: number;
  /** `barred`: may not register. `noUnregistered`: no services while not registered. */
  readonly flag: "" | "barred" | "noUnregistered";
}

export interface DigestUser<Name extends string = string> extends Subscription<Name> {
  readonly auth: "digest";
  readonly password: string;
}

export interface AkaUser<Name extends string = string> extends Subscription<Name> {
  readonly auth: "aka";
  readonly secret: Subscriber;
}

export type ImsUser = DigestUser | AkaUser;

export const USERS = {
  alice: digestUser("alice", { password: "alice-pw-1", index: 1 }),
  bob: digestUser("bob", { password: "bob-pw-2", index: 2 }),
  carol: digestUser("carol", { password: "carol-pw-3", index: 3 }),
  dave: digestUser("dave", { password: "dave-pw-4", index: 4 }),
  erin: digestUser("erin", { password: "erin-pw-5", index: 5 }),
  // the keys of test sets 1 and 2 of 3GPP TS 35.207
  frank: akaUser("frank", {
    k: "465b5ce8b199b49faa5f0a2ee238a6bc",
    op: "cdc202d5123e20f62b6d676ac72cb318",
    index: 6,
  }),
  grace: akaUser("grace", {
    k: "0396eb317b6d1c36f19c1c84cd6ffd16",
    op: "ff53bade17df5d4e793073ce9d7579fa",
    index: 7,
  }),
  mallory: digestUser("mallory", { password: "mallory-pw-8", index: 8, flag: "barred" }),
  zoe: digestUser("zoe", { password: "zoe-pw-9", index: 9, flag: "noUnregistered" }),
} as const;

export type UserName = keyof typeof USERS;

/** Somebody the HSS does not know. */
export const NOBODY: DigestUser = digestUser("nobody", { password: "nothing", index: 10 });

/** One of the many subscribers for load, 0 to 99999; the password is the name. */
export function loadUser(index: number): DigestUser {
  const name = `load-${index}`;
  const tel = `+1666${String(index).padStart(7, "0")}`;
  return { ...subscription(name, { tel, host: 10, flag: "" }), auth: "digest", password: name };
}

function digestUser<Name extends string>(
  name: Name,
  { password, index, flag = "" }: { password: string; index: number; flag?: ImsUser["flag"] },
): DigestUser<Name> {
  return { ...subscription(name, { tel: number(index), host: index, flag }), auth: "digest", password };
}

function akaUser<Name extends string>(
  name: Name,
  { k, op, index }: { k: string; op: string; index: number },
): AkaUser<Name> {
  const secret = { k: Uint8Array.fromHex(k), op: Uint8Array.fromHex(op) };
  return { ...subscription(name, { tel: number(index), host: index, flag: "" }), auth: "aka", secret };
}

function number(index: number): string {
  return `+155501000${String(index).padStart(2, "0")}`;
}

function subscription<Name extends string>(
  name: Name,
  { tel, host, flag }: { tel: string; host: number; flag: ImsUser["flag"] },
): Subscription<Name> {
  return {
    name,
    impi: `${name}@${DOMAIN}`,
    sip: `sip:${name}@${DOMAIN}`,
    sipNumber: `sip:${tel}@${DOMAIN}`,
    tel: `tel:${tel}`,
    host: 100 + host,
    flag,
  };
}
