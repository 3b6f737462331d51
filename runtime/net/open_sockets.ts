// Which sockets this machine and our permissions give us.

import type { Sockets } from "./connection.ts";
import { EpollSockets } from "./epoll_sockets.ts";
import { openLibc } from "./libc.ts";
import { PlainSockets } from "./plain_sockets.ts";

/** `onFault` is told of mistakes of ours, which cost a connection each. `kind`: the wanted one alone, for tests; plain is always there. */
export function openSockets(onFault: (error: unknown) => void, kind?: Sockets["kind"]): Sockets {
  const libc = kind === "plain" ? undefined : openLibc();
  if (libc !== undefined) return new EpollSockets(libc, onFault);
  if (kind === "epoll") throw new Error("There is no epoll here, or no permission to call it");
  return new PlainSockets(onFault);
}
