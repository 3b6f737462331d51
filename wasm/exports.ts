// What an instance of codec.wasm exports, as far as the views call it. Addresses and lengths are in bytes.

export interface CodecExports {
  readonly memory: WebAssembly.Memory;
  readonly hasSimd: () => number;
  readonly readSip: (length: number) => number;
  readonly selectContact: (nth: number) => number;
  readonly serverKey: (asInvite: number) => number;
  readonly clientKey: () => number;
  readonly responseLines: (ipLength: number, port: number) => number;
  readonly routeSet: (reversed: number) => number;
  readonly copySip: (out: number) => number;
  readonly headerName: (header: number) => number;
  readonly headerNameLength: (header: number) => number;
  readonly headerOf: (name: number, length: number) => number;
  readonly headerMethods: (header: number) => number;
  readonly headerOccurs: (header: number) => number;
  readonly headerDecoder: (header: number) => number;
  readonly headerStatus: (header: number) => number;
  readonly missingHeader: () => number;
  readonly readUri: (length: number) => number;
  readonly readUriAt: (at: number, length: number) => number;
  readonly checkUser: (length: number) => number;
  readonly checkToken: (length: number) => number;
  readonly openValue: (span: number) => void;
  readonly valueOffset: () => number;
  readonly valueDone: () => number;
  readonly takeCharacter: (character: number) => number;
  readonly takeToken: () => number;
  readonly takeHost: () => number;
  readonly takeCallId: () => number;
  readonly takeNumber: (limit: number) => number;
  readonly takeQuoted: () => number;
  readonly takeComment: () => number;
  readonly takeParam: () => number;
  readonly takeAuthParam: () => number;
  readonly takeAddress: () => number;
  readonly takenSecond: () => number;
  readonly takeElement: () => number;
  readonly takeHead: () => number;
  readonly writeSipRequest: (
    out: number,
    textLength: number,
    method: number,
    cseqMethod: number,
    maxForwards: number,
    cseq: number,
    to: number,
    toLength: number,
    lineCount: number,
    body: number,
    bodyLength: number,
  ) => number;
  readonly writeSipResponse: (
    out: number,
    textLength: number,
    status: number,
    lineCount: number,
    body: number,
    bodyLength: number,
  ) => number;
  readonly keepLine: (phrase: number, textLength: number) => number;
  readonly methodName: (method: number) => number;
  readonly methodNameLength: (method: number) => number;
  readonly findHead: (length: number) => number;
  readonly headLength: (head: number) => number;
  readonly unmask: (source: number, target: number, length: number, mask: number) => void;
  readonly unmaskText: (source: number, length: number, mask: number) => number;
  readonly checkText: (length: number) => number;
  readonly readRoap: (length: number) => number;
  readonly writeRoap: (
    out: number,
    type: number,
    seq: number,
    tieBreaker: number,
    moreComing: number,
    errorType: number,
    status: number,
    body: number,
    bodyLength: number,
    extended: number,
    duration: number,
  ) => number;
  readonly mapToSip: (context: number) => number;
  readonly mapToRoap: (context: number) => number;
  readonly errorTypeOf: (status: number) => number;
  readonly statusOf: (errorType: number) => number;
}
