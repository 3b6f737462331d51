// A stream connection as its user sees it, whoever moves the bytes: epoll and the C library, or Deno.

/** Takes what happens on a connection. Every call is one event: none of them waits for anything. */
export interface Receiver {
  /** A connection of our own stands. */
  opened?(): void;
  /** So many bytes stand in `readWindow` of wasm/masked_text.ts, until this returns. */
  received(length: number): void;
  /** The peer sends no more; it may still read. */
  ended(): void;
  /** What waited has left. Called when there was something that waited. */
  drained?(): void;
  /** It is gone, told once; after an `abort` of our own it is not. */
  closed(reason: string): void;
}

export interface Connection {
  /** Who hears of it; to be set before the event loop turns again, and changeable at any time. */
  receiver: Receiver;
  /** The peer's address, IPv4 without IPv6's clothes. */
  readonly host: string;
  /** The peer's port. */
  readonly port: number;
  /** Ours, 0 = not known yet. */
  readonly localPort: number;
  /** TLS protects it: nobody on the way can read or change it. */
  readonly isSecure: boolean;
  /** Bytes that have not left. */
  readonly pending: number;
  /** Sends or queues: the bytes are the caller's again when it returns. Whether that is all right is the caller's to see in `pending`. */
  send(bytes: Uint8Array): void;
  /** Stops reading, so that the peer has to wait; or goes on. */
  read(on: boolean): void;
  /** Sends no more once the queue is empty. */
  end(): void;
  /** Is gone once the queue is empty, perhaps before this returns, and reads nothing more. */
  close(): void;
  /** Is gone now, with a reset, and what waited is lost. */
  abort(): void;
}

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Lets several processes have the port. */
  readonly reusePort?: boolean;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  close(): void | Promise<void>;
}

export interface Acceptor {
  /** A connection has come. */
  accepted(connection: Connection): void;
  /** One that was accepted is gone, whoever ended it. */
  left(connection: Connection): void;
  /** Nothing can be accepted for now: told once, until it can be again. */
  exhausted(error: string): void;
}

export interface Sockets {
  /** What moves the bytes. */
  readonly kind: "epoll" | "plain";
  /** Bytes that wait in all queues together. */
  readonly pending: number;
  /** @throws Error of the operating system: `Deno.errors.AddrInUse` and others */
  listen(at: Listening, acceptor: Acceptor): Listener;
  /** Begins a connection to an IP address. Failure comes as `closed`. */
  connect(to: { readonly host: string; readonly port: number }, receiver: Receiver): Connection;
  /** Closes whatever is open, without a word to anybody. Resolves when nothing waits any more. */
  close(): Promise<void>;
}
