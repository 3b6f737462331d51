// A Ropeway of its own, started as `deno task start` does, with the generator's SIP side for its IMS.

import { type Address, type EngineOptions, startRelay } from "../../../test/peers/relay.ts";
import { userOf as browserOf } from "../generator/population.ts";
import { userOf } from "../generator/registrations.ts";
import type { Target } from "./target.ts";

export interface RopewayOptions extends EngineOptions {
  /** The generator's SIP port. */
  readonly port: number;
  readonly phones: number;
  readonly password: string;
  /** What browsers speak; SIP after they have registered. */
  readonly browser: "roap" | "sip";
  /** Further options of the relay. */
  readonly args: readonly string[];
}

export interface RopewayTarget extends Target {
  /** Its listeners for SIP over UDP, one of each shard. */
  readonly udp: readonly Address[];
}

const DOMAIN = "ropeway.local";
/** Accounts of browsers that speak SIP. */
const BROWSERS = 10_000;
const BROWSER_PASSWORD = "browser";

/** @throws Error with what it wrote when it does not start */
export async function startRopeway(options: RopewayOptions): Promise<RopewayTarget> {
  const { port, phones, password, browser, args, engine, onLine } = options;
  const isSip = browser === "sip";
  const accounts = Object.fromEntries([
    ...Array.from({ length: phones }, (_, at) => [userOf(at), password]),
    ...Array.from({ length: isSip ? BROWSERS : 0 }, (_, at) => [browserOf(at), BROWSER_PASSWORD]),
  ]);
  const file = await Deno.makeTempFile({ prefix: "ropeway_load_", suffix: ".json" });
  await Deno.writeTextFile(file, JSON.stringify({ users: accounts }));
  try {
    // One line a refused call would be what is measured.
    const quiet = args.includes("--log") ? [] : ["--log", "error"];
    const own = ["--config", file, "--ims", `sip:127.0.0.1:${port}`, ...quiet, ...args];
    const relay = await startRelay(own, { engine, onLine });
    const host = relay.http.replace("http://", "");
    const [sip] = relay.udp;
    if (sip === undefined) throw new Error("The relay has no SIP over UDP");
    return {
      name: isSip ? "Ropeway SIP" : "Ropeway",
      version: `Deno ${Deno.version.deno}`,
      dialect: browser,
      login: isSip
        ? { host, path: "/ws", protocol: "sip", password: BROWSER_PASSWORD }
        : { host, path: "/ws?user={user}", protocol: "roap.ims" },
      sip: `${sip.host}:${sip.port}`,
      udp: relay.udp,
      domain: DOMAIN,
      pid: relay.pid,
      [Symbol.asyncDispose]: async () => void await relay.stop(),
    };
  } finally {
    await Deno.remove(file);
  }
}
