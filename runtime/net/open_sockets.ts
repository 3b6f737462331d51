// Which sockets this machine and our permissions give us.

import type { Sockets } from "./connection.ts";
import { EpollSockets } from "./epoll_sockets.ts";
import type { Native } from "./native.ts";
import { PlainSockets } from "./plain_sockets.ts";

/** `onFault` is told of mistakes of ours, which cost a connection each. */
export function openSockets(native: Native | undefined, onFault: (error: unknown) => void): Sockets {
  return native === undefined ? new PlainSockets(onFault) : new EpollSockets(native, onFault);
}
