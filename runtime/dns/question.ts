// What the resolver asks and gets, apart from who is asked.

/** The fields of a NAPTR record that RFC 3263 section 4.1 uses. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** The records of each kind of question: addresses of a name (A and AAAA together), its SRV, its NAPTR. */
export interface Records {
  readonly ADDRESS: string;
  readonly SRV: Srv;
  readonly NAPTR: Naptr;
}

/**
 * Asks one question. No records = the name has none, or nobody knew in time: for the relay both mean the next step of
 * RFC 3263. Never rejects.
 */
export type Ask = <Kind extends keyof Records>(kind: Kind, name: string) => Promise<readonly Records[Kind][]>;
