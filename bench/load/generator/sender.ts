// Where agents write what they send: a place, then its length and whom it is for.

export interface TextSender {
  /** Where the next text goes in the arena. */
  reserve(): number;
  commit(stream: number, length: number): void;
}

export interface DatagramSender {
  /** Where the next datagram goes in the arena, with room for 4096 bytes. */
  reserve(): number;
  commit(length: number, host: number, port: number): void;
}
