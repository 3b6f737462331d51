// The C library's sockets on Linux, through Deno's FFI. Calls answer at once; only `sleep` waits, in a thread of its own.

const symbols = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  // What they answer fits 31 bits, and a number costs less than a bigint.
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  recvmmsg: { parameters: ["i32", "pointer", "u32", "i32", "pointer"], result: "i32" },
  sendmmsg: { parameters: ["i32", "pointer", "u32", "i32"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  sleep: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof symbols>["symbols"];
type Transfer = (
  descriptor: number,
  /** Memory of any kind, also the codec's. */
  bytes: Uint8Array<ArrayBufferLike>,
  /** A number would do for Deno, but not for its fast calls: what is compiled for them is thrown away at the first one, again and again. */
  length: bigint,
  flags: number,
) => number;

export type Calls = Omit<Symbols, "recv" | "send"> & { readonly recv: Transfer; readonly send: Transfer };

/** Where glibc, and musl, are found. */
const NAMES = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`, "libc.so"];

export class Libc {
  readonly calls: Calls;
  readonly #library: Deno.DynamicLibrary<typeof symbols>;
  /** This thread's: the place never moves. */
  readonly #errno: Int32Array;

  constructor(library: Deno.DynamicLibrary<typeof symbols>) {
    this.#library = library;
    this.calls = library.symbols as unknown as Calls;
    const place = this.calls.__errno_location();
    if (place === null) throw new Error("The C library has no errno");
    this.#errno = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(place, 4));
  }

  /** Why the last call failed: one of ERROR_*. To be read at once. */
  get error(): number {
    return this.#errno[0]!;
  }

  close(): void {
    this.#library.close();
  }
}

/** undefined: not this kind of machine, no permission, or no such library. */
export function openLibc(): Libc | undefined {
  const { os, arch } = Deno.build;
  if (os !== "linux" || (arch !== "x86_64" && arch !== "aarch64")) return undefined;
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  for (const name of NAMES) {
    try {
      return new Libc(Deno.dlopen(name, symbols));
    } catch {
      // The next one, perhaps.
    }
  }
  return undefined;
}

/** A result that is no error, or the system's error thrown. */
export function checked(library: Libc, result: number): number {
  if (result < 0) throw systemError(library.error);
  return result;
}

/** An error of the operating system as Deno would throw it. */
export function systemError(code: number): Error {
  if (code === ERROR_ADDRESS_IN_USE) return new Deno.errors.AddrInUse("Address already in use");
  if (code === ERROR_ACCESS) return new Deno.errors.PermissionDenied("Permission denied");
  return new Error(errorText(code));
}

export function errorText(code: number): string {
  return ERROR_TEXTS.get(code) ?? `Error ${code} of the operating system`;
}

// The numbers are those of Linux on x86-64 and AArch64.
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_NONBLOCK = 0x800;
export const SOCK_CLOEXEC = 0x80000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const SO_ATTACH_REUSEPORT_CBPF = 51;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;
export const RLIMIT_NOFILE = 7;
export const EFD_NONBLOCK_CLOEXEC = 0x80800;
export const EPOLL_CLOEXEC = 0x80000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 1;
export const EPOLLOUT = 4;
export const EPOLLERR = 8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
export const ERROR_INTERRUPTED = 4;
export const ERROR_AGAIN = 11;
export const ERROR_NO_MEMORY = 12;
export const ERROR_ACCESS = 13;
export const ERROR_FILES_OF_SYSTEM = 23;
export const ERROR_FILES = 24;
export const ERROR_PIPE = 32;
export const ERROR_ABORTED = 103;
export const ERROR_RESET = 104;
export const ERROR_NO_BUFFERS = 105;
export const ERROR_ADDRESS_IN_USE = 98;
export const ERROR_TIMED_OUT = 110;
export const ERROR_REFUSED = 111;
export const ERROR_IN_PROGRESS = 115;

const ERROR_TEXTS: ReadonlyMap<number, string> = new Map([
  [ERROR_NO_MEMORY, "Out of memory"],
  [ERROR_FILES_OF_SYSTEM, "Too many open files in system"],
  [ERROR_FILES, "Too many open files"],
  [ERROR_PIPE, "Broken pipe"],
  [99, "Cannot assign requested address"],
  [ERROR_ABORTED, "Connection aborted"],
  [ERROR_RESET, "Connection reset by peer"],
  [ERROR_NO_BUFFERS, "No buffer space available"],
  [ERROR_TIMED_OUT, "Connection timed out"],
  [ERROR_REFUSED, "Connection refused"],
]);
