// Certificates that are read anew on SIGHUP, while calls go on.

import { type Config, ConfigError } from "../config/config.ts";
import type { Log } from "../log.ts";
import { type Credentials, readCredentials } from "./identity.ts";

export interface RenewalOptions {
  readonly log: Log;
  readonly renew: (credentials: Credentials) => Promise<void> | void;
}

/** Reads the configuration's files again at each SIGHUP. What cannot be read changes nothing. Without files the signal keeps its meaning. */
export function renewOnSignal(config: Config, options: RenewalOptions): void {
  if (config.certificate === undefined && config.ca === undefined) return;
  Deno.addSignalListener("SIGHUP", () => renew(config, options));
}

function renew(config: Config, { log, renew }: RenewalOptions): void {
  let credentials: Credentials;
  try {
    credentials = readCredentials(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error({ field: error.field, error: error.message }, "Certificates stay as they were");
    return;
  }
  renew(credentials);
}
