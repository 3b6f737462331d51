// What every reader of SIP must deliver before it is timed.

/** The decoded fields of one message, as texts and numbers. "" or -1 where the message has no such field. */
export interface Fields {
  /** Method of a request, status of a response. */
  readonly start: string;
  readonly requestUri: string;
  readonly callId: string;
  readonly fromUri: string;
  readonly fromTag: string;
  readonly toUri: string;
  readonly toTag: string;
  readonly cseq: number;
  readonly branch: string;
  readonly viaHost: string;
  /** 0 = the default. */
  readonly viaPort: number;
  readonly maxForwards: number;
  /** Of the first Contact. */
  readonly contactUri: string;
  readonly contentType: string;
  /** Header fields that nobody decodes but everybody finds by name. */
  readonly allow: string;
  readonly supported: string;
  readonly userAgent: string;
  readonly body: string;
}

export interface Reader {
  readonly name: string;
  /** The timed work: from the bytes of a datagram to decoded fields. Answers a number made of them, so that none is skipped. */
  readonly read: (bytes: Uint8Array) => number;
  /** The same work, told in full. */
  readonly fields: (bytes: Uint8Array) => Fields;
}

/** A reader whose transport receives into the reader's own memory: messages lie there when the clock begins. */
export interface ReaderInPlace {
  readonly name: string;
  /** Puts copies of the message where the transport would. Not timed. */
  readonly receive: (bytes: Uint8Array) => void;
  /** The timed work on the next of them, each of this length. */
  readonly read: (length: number) => number;
  readonly fields: (length: number) => Fields;
}

/** What a timed read answers, for readers whose fields are texts. */
export function sum(fields: Fields): number {
  return fields.start.length + fields.requestUri.length + fields.callId.length + fields.fromUri.length +
    fields.fromTag.length + fields.toUri.length + fields.toTag.length + fields.cseq + fields.branch.length +
    fields.viaHost.length + fields.viaPort + fields.maxForwards + fields.contactUri.length +
    fields.contentType.length + fields.allow.length + fields.supported.length + fields.userAgent.length +
    fields.body.length;
}
