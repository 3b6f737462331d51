// The C library's sockets. Addresses of memory are plain numbers: below 2⁵³ on every machine we know, and no object a call.

const INT = "i32";
const SIZE = "usize";

// Results of recv and send are ssize_t; no message of ours comes near what an int holds.
const SYMBOLS = {
  socket: { parameters: [INT, INT, INT], result: INT },
  bind: { parameters: [INT, SIZE, INT], result: INT },
  connect: { parameters: [INT, SIZE, INT], result: INT },
  listen: { parameters: [INT, INT], result: INT },
  accept4: { parameters: [INT, SIZE, SIZE, INT], result: INT },
  getsockname: { parameters: [INT, SIZE, SIZE], result: INT },
  setsockopt: { parameters: [INT, INT, INT, SIZE, INT], result: INT },
  getsockopt: { parameters: [INT, INT, INT, SIZE, SIZE], result: INT },
  close: { parameters: [INT], result: INT },
  recv: { parameters: [INT, SIZE, SIZE, INT], result: INT },
  send: { parameters: [INT, SIZE, SIZE, INT], result: INT },
  recvmmsg: { parameters: [INT, SIZE, INT, INT, SIZE], result: INT },
  sendmmsg: { parameters: [INT, SIZE, INT, INT], result: INT },
  epoll_create1: { parameters: [INT], result: INT },
  epoll_ctl: { parameters: [INT, INT, INT, SIZE], result: INT },
  epoll_pwait2: { parameters: [INT, SIZE, INT, SIZE, SIZE], result: INT },
  getrlimit: { parameters: [INT, SIZE], result: INT },
  setrlimit: { parameters: [INT, SIZE], result: INT },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

type Numeric = Exclude<keyof typeof SYMBOLS, "__errno_location">;

/** The functions as they are used: Deno takes numbers for sizes, though its types ask for bigints. */
export type Libc =
  & { readonly [Name in Numeric]: (...values: number[]) => number }
  & { __errno_location(): Deno.PointerValue };

/** Values of Linux, the same on x86-64 and arm64. */
export const LINUX = {
  AF_INET: 2,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_ERROR: 4,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_LINGER: 13,
  IPPROTO_IP: 0,
  IP_BIND_ADDRESS_NO_PORT: 24,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  MSG_TRUNC: 0x20,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_MOD: 3,
  EPOLLIN: 1,
  EPOLLOUT: 4,
  EPOLLERR: 8,
  EPOLLHUP: 16,
  RLIMIT_NOFILE: 7,
  EAGAIN: 11,
  EINTR: 4,
  EINPROGRESS: 115,
} as const;

const NAMES = ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];

/** @throws Error on a system whose C library this is not */
export function openLibc(): Libc {
  if (Deno.build.os !== "linux") throw new Error("The load generator needs Linux: epoll, recvmmsg, sendmmsg");
  let last: unknown;
  for (const name of NAMES) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols as unknown as Libc;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`No C library with epoll_pwait2 (glibc 2.35) is here: ${last}`);
}

/** Why the last call failed. To be asked at once. */
export function errnoOf(libc: Libc): number {
  const pointer = libc.__errno_location();
  return pointer === null ? 0 : new Deno.UnsafePointerView(pointer).getInt32();
}

/** Raises the soft limit of open files to the hard one, for this process and those it starts. Answers the limit. */
export function raiseFileLimit(libc: Libc): number {
  const limits = new BigUint64Array(2);
  const address = Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(limits)));
  if (libc.getrlimit(LINUX.RLIMIT_NOFILE, address) !== 0) return 0;
  limits[0] = limits[1]!;
  libc.setrlimit(LINUX.RLIMIT_NOFILE, address);
  return Number(limits[0]);
}
