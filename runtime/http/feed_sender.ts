// What the loop needs of the browsers' WebSockets.

/** The browsers' WebSockets by their feed. A feed that is gone is no error. */
export interface FeedSender {
  /** `bytes` are UTF-8, valid until it returns. */
  sendText(feed: number, bytes: Uint8Array): void;
  close(feed: number, code: number, reason: string): void;
}
