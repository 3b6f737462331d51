// Whom the relay can be towards an IMS: a public identity, and what proves it (3GPP TS 23.228 section 4.3.3). Plain data from the configuration.

import type { SubscriberKey } from "./milenage.ts";

/** A password for digest (RFC 7616), or a subscriber's key for AKA (RFC 3310). */
export type Secret =
  | { readonly type: "password"; readonly password: string }
  | { readonly type: "aka"; readonly key: SubscriberKey };

export interface ImsIdentity {
  /** Public identity (IMPU): a SIP URI without parameters. */
  readonly uri: string;
  /** Private identity (IMPI): the user name in credentials. */
  readonly privateId: string;
  /** The only realm whose challenges are answered. */
  readonly realm: string;
  /** Name of the home network: where REGISTER goes by its Request-URI. */
  readonly home: string;
  /** The browsers' user whose identity it is. */
  readonly user: string;
  readonly secret: Secret;
}
