// How the plain reader of SIP gives up: the first thing that is wrong, and the header that it is in.

export class Refusal extends Error {
  /** In lower case, "" = none. */
  readonly header: string;

  constructor(fault: string, header: string) {
    super(fault);
    this.header = header;
  }
}

export function refuse(fault: string, header = ""): never {
  throw new Refusal(fault, header);
}
