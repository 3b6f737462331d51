// What a socket needs of the C library beyond what Deno offers: messages by the batch, options, errors (Linux, 64 bit, little endian).

import { type Libc as Library, MSG_DONTWAIT, MSG_ERRQUEUE, MSG_NOSIGNAL } from "../../net/libc.ts";

/** Linux' numbers of the errors that say something to us. */
export const EPERM = 1;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EMSGSIZE = 90;
export const ENOBUFS = 105;

/** The calls wait for nothing. Where they answer a number below 0 it is the error's, negated. */
export interface Libc {
  /** Bytes written to `value`. */
  getsockopt(descriptor: number, option: SocketOption, value: Uint8Array<ArrayBuffer>): number;
  setsockopt(descriptor: number, option: SocketOption, value: number): number;
  /** How many of `count` messages have come. */
  recvmmsg(descriptor: number, messages: Deno.PointerValue, count: number): number;
  /** The same from the queue of errors (IP_RECVERR). */
  recverrors(descriptor: number, messages: Deno.PointerValue, count: number): number;
  /** How many of `count` messages have left. */
  sendmmsg(descriptor: number, messages: Deno.PointerValue, count: number): number;
}

export interface SocketOption {
  readonly level: number;
  readonly name: number;
}

/** The library's calls in this form. */
export function datagramCalls(library: Library): Libc {
  const { calls } = library;
  const checked = (result: number) => result < 0 ? -library.error : result;
  const length = new Uint32Array(16);
  const lengthBytes = new Uint8Array(length.buffer);
  const number = new Int32Array(16);
  const numberBytes = new Uint8Array(number.buffer);
  return {
    getsockopt(descriptor, option, value) {
      length[0] = value.length;
      const result = checked(calls.getsockopt(descriptor, option.level, option.name, value, lengthBytes));
      return result < 0 ? result : length[0]!;
    },
    setsockopt(descriptor, option, value) {
      number[0] = value;
      return checked(calls.setsockopt(descriptor, option.level, option.name, numberBytes, 4));
    },
    recvmmsg: (descriptor, messages, count) =>
      checked(calls.recvmmsg(descriptor, messages, count, MSG_DONTWAIT, null)),
    recverrors: (descriptor, messages, count) =>
      checked(calls.recvmmsg(descriptor, messages, count, MSG_DONTWAIT | MSG_ERRQUEUE, null)),
    sendmmsg: (descriptor, messages, count) =>
      checked(calls.sendmmsg(descriptor, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL)),
  };
}
