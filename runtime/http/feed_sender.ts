// What the loop needs of the browsers' WebSockets.

/** The browsers' WebSockets by their feed. A feed that is gone is no error. */
export interface FeedSender {
  sendText(feed: number, text: string): void;
  close(feed: number, code: number, reason: string): void;
}
