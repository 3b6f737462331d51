// Why a listener could not be had, as one line for an operator.

export class ListenError extends Error {
  override readonly name = "ListenError";

  /** `listener` as it stands in the option: `udp:127.0.0.1:5060`. */
  constructor(listener: string, cause: unknown) {
    const why = cause instanceof Deno.errors.AddrInUse
      ? "the port is in use"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    super(`Cannot listen on ${listener}: ${why}`, { cause });
  }
}
