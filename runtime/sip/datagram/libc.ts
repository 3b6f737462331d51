// What a socket needs of the C library beyond what Deno offers: messages by the batch, options, errors (Linux, 64 bit, little endian).

/** Linux' numbers of the errors that say something to us. */
export const EPERM = 1;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EMSGSIZE = 90;
export const ENOBUFS = 105;

const DONTWAIT = 0x40;
const NOSIGNAL = 0x4000;
const ERRQUEUE = 0x2000;

/** glibc, musl. */
const NAMES = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];

const symbols = {
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  recvmmsg: { parameters: ["i32", "pointer", "u32", "i32", "pointer"], result: "i32" },
  sendmmsg: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/** The calls wait for nothing. Where they answer a number below 0 it is the error's, negated. */
export interface Libc {
  getsockname(descriptor: number, name: Uint8Array<ArrayBuffer>): number;
  /** Bytes written to `value`. */
  getsockopt(descriptor: number, option: SocketOption, value: Uint8Array<ArrayBuffer>): number;
  setsockopt(descriptor: number, option: SocketOption, value: number): number;
  /** How many of `count` messages have come. */
  recvmmsg(descriptor: number, messages: Deno.PointerValue, count: number): number;
  /** The same from the queue of errors (IP_RECVERR). */
  recverrors(descriptor: number, messages: Deno.PointerValue, count: number): number;
  /** How many of `count` messages have left. */
  sendmmsg(descriptor: number, messages: Deno.PointerValue, count: number): number;
  close(): void;
}

export interface SocketOption {
  readonly level: number;
  readonly name: number;
}

/**
 * The C library, or undefined where there is none that fits or it may not be used. Never asks for the permission. One for the library's path
 * alone is not enough: Deno wants all of it for pointers.
 */
export function openLibc(): Libc | undefined {
  if (Deno.build.os !== "linux") return undefined;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  for (const name of NAMES) {
    try {
      return wrapped(Deno.dlopen(name, symbols));
    } catch {
      // Not this one: the next name.
    }
  }
  return undefined;
}

function wrapped(library: Deno.DynamicLibrary<typeof symbols>): Libc {
  const calls = library.symbols;
  const location = calls.__errno_location();
  if (location === null) throw new Error("errno has no place");
  // The thread's own: it stays, for JavaScript stays on its thread.
  const errno = new Deno.UnsafePointerView(location);
  const checked = (result: number) => result < 0 ? -errno.getInt32() : result;
  const length = new Uint32Array(16);
  const lengthBytes = new Uint8Array(length.buffer);
  const number = new Int32Array(16);
  const numberBytes = new Uint8Array(number.buffer);
  return {
    getsockname(descriptor, name) {
      length[0] = name.length;
      return checked(calls.getsockname(descriptor, name, lengthBytes));
    },
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
      checked(calls.recvmmsg(descriptor, messages, count, DONTWAIT, null)),
    recverrors: (descriptor, messages, count) =>
      checked(calls.recvmmsg(descriptor, messages, count, DONTWAIT | ERRQUEUE, null)),
    sendmmsg: (descriptor, messages, count) =>
      checked(calls.sendmmsg(descriptor, messages, count, DONTWAIT | NOSIGNAL)),
    close: () => library.close(),
  };
}
