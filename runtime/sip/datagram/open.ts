// Opens a UDP socket, batched where that can be had, else plain.

import { ListenError } from "../../listen_error.ts";
import type { Log } from "../../log.ts";
import { hostPort } from "../address.ts";
import type { DatagramSocket, SocketEvents } from "./datagram_socket.ts";
import { askForBuffers, type Bound, findDescriptor, reportErrors } from "./descriptor.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket } from "./native_socket.ts";
import { PlainSocket } from "./plain_socket.ts";

export interface OpenOptions extends SocketEvents {
  readonly host: string;
  readonly port: number;
  /** undefined = plain. */
  readonly libc: Libc | undefined;
  readonly log: Log;
  /** Bytes of receive and send buffer to ask for; only a batched socket can. */
  readonly bufferBytes: number;
}

/** @throws ListenError */
export function openDatagramSocket(options: OpenOptions): DatagramSocket {
  const { host, port, libc, log } = options;
  let connection: Deno.DatagramConn;
  try {
    connection = Deno.listenDatagram({ transport: "udp", hostname: host, port });
  } catch (error) {
    throw new ListenError(`udp:${hostPort(host, port)}`, error);
  }
  if (libc !== undefined) {
    const bound = findDescriptor(libc, connection.addr as Deno.NetAddr);
    if (bound !== undefined && works(libc, bound)) {
      const granted = askForBuffers(libc, bound.descriptor, options.bufferBytes);
      if (granted < options.bufferBytes) {
        log.info(
          { asked: options.bufferBytes, granted },
          "Socket buffers are smaller than asked for: net.core.rmem_max and wmem_max of the system",
        );
      }
      return new NativeSocket({ ...options, connection, bound, libc });
    }
    log.warn({ port }, "The C library cannot serve this socket: it is a plain one");
  }
  return new PlainSocket({ ...options, connection });
}

/** Whether the operating system has the calls, and lets us make them. */
function works(libc: Libc, bound: Bound): boolean {
  return libc.recvmmsg(bound.descriptor, null, 0) === 0 && libc.sendmmsg(bound.descriptor, null, 0) === 0 &&
    reportErrors(libc, bound);
}
