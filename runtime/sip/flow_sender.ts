// What SIP needs of the WebSockets that carry it (RFC 7118).

/** WebSockets of SIP by their flows. */
export interface FlowSender {
  /** Sends one message as one frame; `bytes` are valid until it returns. False: there is no such flow any more. */
  sendMessage(flow: number, bytes: Uint8Array): boolean;
}
