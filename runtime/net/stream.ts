// A stream connection in Deno's hands, with or without TLS, and what accepts such.

/** Deno's own TCP connection is one. */
export interface Stream {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  /** Absent: small writes leave at once as it is, if they can. */
  setNoDelay?(on: boolean): void;
}

/** Takes what a listener accepts. */
export interface StreamAcceptor {
  accepted(stream: Stream): void;
  /** Nothing can be accepted for now: told once, until it can be again. */
  exhausted(error: string): void;
}

/** Bound, and silent until `start`. */
export interface StreamListener {
  readonly host: string;
  readonly port: number;
  start(acceptor: StreamAcceptor): void;
  /** Resolves when it will accept nothing more. */
  close(): Promise<void>;
}
