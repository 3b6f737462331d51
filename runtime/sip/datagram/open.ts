// Opens a UDP socket, batched where that can be had, else plain.

import { ListenError } from "../../listen_error.ts";
import type { Log } from "../../log.ts";
import type { Native } from "../../net/native.ts";
import { hostPort } from "../address.ts";
import type { DatagramSocket, SocketEvents } from "./datagram_socket.ts";
import { askForBuffers, bindDescriptor, reportErrors } from "./descriptor.ts";
import type { Libc } from "./libc.ts";
import { NativeSocket } from "./native_socket.ts";
import { PlainSocket } from "./plain_socket.ts";

/** What a batched socket needs. */
export interface Batches {
  readonly native: Native;
  readonly calls: Libc;
}

export interface OpenOptions extends SocketEvents {
  readonly host: string;
  readonly port: number;
  /** undefined = plain. */
  readonly batches: Batches | undefined;
  readonly log: Log;
  /** Bytes of receive and send buffer to ask for; only a batched socket can. */
  readonly bufferBytes: number;
}

/** @throws ListenError */
export function openDatagramSocket(options: OpenOptions): DatagramSocket {
  const { host, port, batches } = options;
  try {
    const batched = batches === undefined ? undefined : openBatched(options, batches);
    return batched ?? new PlainSocket({
      ...options,
      connection: Deno.listenDatagram({ transport: "udp", hostname: host, port }),
    });
  } catch (error) {
    throw new ListenError(`udp:${hostPort(host, port)}`, error);
  }
}

/** undefined: the operating system has not the calls, or does not let us make them. */
function openBatched(options: OpenOptions, batches: Batches): DatagramSocket | undefined {
  const { calls, native } = batches;
  const { bufferBytes, log } = options;
  const bound = bindDescriptor(native.libc, options);
  const { descriptor } = bound;
  if (
    calls.recvmmsg(descriptor, null, 0) !== 0 || calls.sendmmsg(descriptor, null, 0) !== 0 ||
    !reportErrors(calls, bound)
  ) {
    native.libc.calls.close(descriptor);
    log.warn({ port: bound.port }, "The C library cannot serve this socket: it is a plain one");
    return undefined;
  }
  const granted = askForBuffers(calls, descriptor, bufferBytes);
  if (granted < bufferBytes) {
    log.info(
      { asked: bufferBytes, granted },
      "Socket buffers are smaller than asked for: net.core.rmem_max and wmem_max of the system",
    );
  }
  return new NativeSocket({ ...options, ...batches, bound });
}
