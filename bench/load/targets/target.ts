// A server under load, started for it or running already.

import type { Dialect, Login } from "../generator/options.ts";

export interface Target extends AsyncDisposable {
  readonly name: string;
  readonly version: string;
  readonly dialect: Dialect;
  /** undefined: nobody logs in. */
  readonly login: Login | undefined;
  /** HOST:PORT of its SIP over UDP; "" = it takes no calls from there. */
  readonly sip: string;
  readonly domain: string;
  /** Of the process whose cost is told, with all it started; 0 = not known. */
  readonly pid: number;
}
