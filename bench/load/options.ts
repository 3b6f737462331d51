// The command line of `deno task load`.

import { parseArgs } from "node:util";
import type { GeneratorOptions } from "./generator/options.ts";
import type { TokenClaims } from "./token_signer.ts";
import type { Arrivals } from "./generator/schedule.ts";

export const USAGE = `Usage: deno task load [options] [-- options of the relay]
  what arrives
    --rate N           calls a second (100)
    --arrivals KIND    poisson or constant (poisson)
    --to-ims SHARE     share of calls that browsers begin; SIP callers begin the others (1)
    --hold SECONDS     from the answer to hanging up (1)
    --answer MS        the called side rings so long (10)
    --patience SECONDS a call that takes longer than this and the hold time has failed (10)
    --browser DIALECT  what browsers speak: roap, or sip, which begins every call (roap)
    --browsers N       WebSockets that call and are called (as many as the rate needs, 200 at least)
    --idle N           WebSockets that are only there (0)
    --vanishing N      browsers a second that log in, call and vanish in their call (0)
    --logins N         further logins a second, each closed at once (0)
    --phones N         SIP phones that register with digest (0)
    --refresh SECONDS  each phone registers anew in this time (60)
  how long
    --seconds N        measured time (10)
    --warm-up N        seconds before it, not measured (3, or the hold time: as many calls are to end as begin)
  whom
    --target URL       ws://HOST:PORT/ws?user={user} of a relay that runs already (one is started)
    --sip HOST:PORT    its SIP over UDP
    --listen PORT      our own SIP port: where its IMS is (a free one)
    --pid N            its process, to tell its cost
    --domain NAME      its domain (ropeway.local)
    --token-key FILE   browsers log in with tokens signed with this: a private key (PEM, JWK; RS256, ES256) or
                       a secret (HS256)
    --token-issuer TEXT, --token-audience TEXT, --token-claim NAME, --token-kid TEXT
                       iss and aud of the tokens, the claim that names the user (sub), and the key's name
  instead of one trial
    --sweep            find the knee and draw it into bench/results/sweep.svg
    --ceiling          the same against a peer that does next to nothing: what the generator can do
    --from N, --to N   rates of the sweep (250 to 50000)
  output
    --json             figures instead of text
    --no-save          leave bench/results as it is`;

export interface LoadOptions {
  readonly mode: "trial" | "sweep" | "ceiling";
  readonly generator: Omit<GeneratorOptions, "dialect" | "login" | "sip" | "domain" | "browsers">;
  readonly browser: "roap" | "sip";
  /** undefined: as many as the rate needs. */
  readonly browsers: number | undefined;
  readonly running: Running | undefined;
  /** undefined: browsers log in with a name. */
  readonly token: TokenOptions | undefined;
  readonly from: number;
  readonly to: number;
  readonly json: boolean;
  readonly save: boolean;
  /** Of the relay that is started. */
  readonly args: readonly string[];
}

export interface TokenOptions extends TokenClaims {
  /** File of the key. */
  readonly key: string;
}

/** A relay that runs already. */
export interface Running {
  readonly host: string;
  readonly path: string;
  readonly sip: string;
  readonly pid: number;
  readonly domain: string;
}

/** Calls that a browser may have at a time are few (the relay allows 32): shares of them, not all to the brim. */
const CALLS_OF_BROWSER = 8;
const LEAST_BROWSERS = 200;

export function browsersFor(
  rate: number,
  { hold, answerDelay }: { hold: number; answerDelay: number },
): number {
  const underWay = rate * (hold + answerDelay + 500) / 1e3;
  return Math.max(LEAST_BROWSERS, Math.ceil(underWay / CALLS_OF_BROWSER));
}

/** @throws RangeError that names the option; undefined: only the usage is wanted */
export function readOptions(args: readonly string[]): LoadOptions | undefined {
  const split = args.indexOf("--");
  // `deno task load -- …`, as npm wants it, hands the first `--` on.
  const own = split === 0 ? args.slice(1) : split < 0 ? args : args.slice(0, split);
  const { values } = parseArgs({
    args: [...own],
    allowNegative: true,
    options: {
      ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, { type: "string" as const }])),
      arrivals: { type: "string", default: "poisson" },
      browser: { type: "string", default: "roap" },
      target: { type: "string" },
      sip: { type: "string" },
      domain: { type: "string", default: "ropeway.local" },
      ...Object.fromEntries(TOKEN_OPTIONS.map((name) => [name, { type: "string" as const }])),
      sweep: { type: "boolean", default: false },
      ceiling: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      save: { type: "boolean", default: true },
      help: { type: "boolean", default: false },
    },
  });
  const given = values as Record<string, string | boolean | undefined>;
  if (given["help"] === true) return undefined;
  const number = (name: keyof typeof NUMBERS) => readNumber(name, given[name]);
  const arrivals = given["arrivals"];
  if (arrivals !== "poisson" && arrivals !== "constant") {
    throw new RangeError(`--arrivals ${arrivals} is neither poisson nor constant`);
  }
  const browser = given["browser"];
  if (browser !== "roap" && browser !== "sip") {
    throw new RangeError(`--browser ${browser} is neither roap nor sip`);
  }
  const toIms = number("to-ims");
  if (toIms > 1) throw new RangeError("--to-ims is a share, from 0 to 1");
  if (browser === "sip" && (toIms < 1 || given["target"] !== undefined)) {
    throw new RangeError("--browser sip goes with neither --to-ims nor --target: its browsers need accounts");
  }
  if (browser === "sip" && number("vanishing") > 0) {
    throw new RangeError("--vanishing wants browsers that speak ROAP");
  }
  const generator = {
    port: number("listen"),
    rate: number("rate"),
    toIms,
    arrivals: arrivals as Arrivals,
    duration: number("seconds") * 1e3,
    warmUp:
      (given["warm-up"] === undefined ? Math.max(number("warm-up"), number("hold")) : number("warm-up")) *
      1e3,
    hold: number("hold") * 1e3,
    answerDelay: number("answer"),
    patience: number("patience") * 1e3,
    idle: number("idle"),
    logins: number("logins"),
    vanishing: number("vanishing"),
    phones: number("phones"),
    password: "load",
    refresh: number("refresh") * 1e3,
  };
  if (generator.duration < 100) throw new RangeError("--seconds is too short to measure anything");
  return {
    mode: given["ceiling"] === true ? "ceiling" : given["sweep"] === true ? "sweep" : "trial",
    generator,
    browser,
    browsers: given["browsers"] === undefined ? undefined : number("browsers"),
    running: runningOf(given, number("pid")),
    token: tokenOf(given),
    from: number("from"),
    to: number("to"),
    json: given["json"] === true,
    save: given["save"] === true,
    args: split > 0 ? args.slice(split + 1) : [],
  };
}

const NUMBERS = {
  "rate": 100,
  "to-ims": 1,
  "hold": 1,
  "answer": 10,
  "patience": 10,
  "browsers": 200,
  "idle": 0,
  "logins": 0,
  "vanishing": 0,
  "phones": 0,
  "refresh": 60,
  "seconds": 10,
  "warm-up": 3,
  "listen": 0,
  "pid": 0,
  "from": 250,
  "to": 50_000,
} as const;

function readNumber(name: keyof typeof NUMBERS, value: string | boolean | undefined): number {
  if (value === undefined) return NUMBERS[name];
  const number = Number(value);
  if (value === "" || !(number >= 0) || number === Infinity) {
    throw new RangeError(`--${name} ${value} is not a number from 0 up`);
  }
  return number;
}

const TOKEN_OPTIONS = ["token-key", "token-issuer", "token-audience", "token-claim", "token-kid"] as const;

function tokenOf(given: Record<string, string | boolean | undefined>): TokenOptions | undefined {
  const [key, issuer, audience, claim = "sub", keyId] = TOKEN_OPTIONS.map((name) =>
    given[name] as string | undefined
  );
  if (key === undefined) {
    const needless = TOKEN_OPTIONS.find((name) => given[name] !== undefined);
    if (needless !== undefined) throw new RangeError(`--${needless} needs --token-key`);
    return undefined;
  }
  if (given["browser"] === "sip" || given["ceiling"] === true) {
    throw new RangeError("--token-key goes with neither --browser sip nor --ceiling");
  }
  return { key, issuer, audience, claim, keyId };
}

function runningOf(given: Record<string, string | boolean | undefined>, pid: number): Running | undefined {
  const { target, sip, domain } = given;
  if (typeof target !== "string") return undefined;
  const [, host = "", path = ""] = /^ws:\/\/(\d+(?:\.\d+){3}:\d+)(\/.*)$/.exec(target) ?? [];
  if (host === "") throw new RangeError(`--target ${target} is not ws://IPV4:PORT/PATH`);
  return {
    host,
    path: path.includes("{user}") ? path : "/ws?user={user}",
    sip: typeof sip === "string" ? sip.replace(/^udp:/, "") : "",
    pid,
    domain: String(domain),
  };
}
