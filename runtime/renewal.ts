// What is read anew on SIGHUP, while calls go on: certificates, and how browsers log in.

import { type Config, ConfigError, type LoginConfig } from "./config/config.ts";
import { readLogin } from "./config/login.ts";
import type { Log } from "./log.ts";
import { type Credentials, readCredentials } from "./tls/identity.ts";

export interface RenewalOptions {
  readonly log: Log;
  readonly renew: (credentials: Credentials) => Promise<void> | void;
  readonly renewLogin: (login: LoginConfig) => void;
}

/**
 * Reads the configuration's files again at each SIGHUP. What cannot be read changes nothing: neither itself, nor whether the others are taken.
 * Without files the signal keeps its meaning.
 */
export function renewOnSignal(config: Config, { log, renew, renewLogin }: RenewalOptions): void {
  const { certificate, ca, loginSettings } = config;
  const renewals: (() => void)[] = [];
  if (certificate !== undefined || ca !== undefined) {
    renewals.push(() =>
      reread(() => readCredentials(config), renew, { log, kept: "Certificates stay as they were" })
    );
  }
  if (loginSettings !== undefined) {
    const read = () => readLogin(loginSettings)!;
    renewals.push(() => reread(read, renewLogin, { log, kept: "The login stays as it was" }));
  }
  if (renewals.length === 0) return;
  Deno.addSignalListener("SIGHUP", () => renewals.forEach((renewal) => renewal()));
}

function reread<Value>(
  read: () => Value,
  take: (value: Value) => void,
  { log, kept }: { log: Log; kept: string },
): void {
  let value: Value;
  try {
    value = read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error({ field: error.field, error: error.message }, kept);
    return;
  }
  take(value);
}
