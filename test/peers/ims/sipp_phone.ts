// A phone of ims.test, played by sipp: one scenario of phones/ after the other, all from one address.

import { headerLines, type SipText } from "../../scenarios/sip_text.ts";
import type { Transport } from "../ports.ts";
import { text } from "../ports.ts";
import type { Address } from "../relay.ts";
import { describe, hold } from "../sdp.ts";
import { type Sipp, startSipp } from "../sipp.ts";
import { type HostName, type Network, SIP_PORT } from "./network.ts";
import { type DigestUser, DOMAIN } from "./users.ts";

const SCENARIOS = new URL("./phones/", import.meta.url);
const SECONDS = 15;
const WAIT_MS = 100;

/** What a phone can do by itself. Each is a file in phones/, which says what happens. */
export type Calling =
  | "calls"
  | "calls_hung_up"
  | "calls_served"
  | "calls_cancels"
  | "calls_refused"
  | "calls_prack"
  | "calls_prack_updates"
  | "calls_prack_updated"
  | "calls_holds"
  | "calls_transfers"
  | "calls_transferred"
  | "messages"
  | "subscribes"
  | "subscribes_reg"
  | "watches"
  | "publishes"
  | "pings";

/** What a phone can do when somebody calls. */
export type Called =
  | "called"
  | "called_hangs_up"
  | "called_cancelled"
  | "called_refuses"
  | "called_prack"
  | "called_prack_updated"
  | "called_prack_updates"
  | "called_holds"
  | "called_transfers"
  | "called_transferred"
  | "messaged";

/**
 * Where a phone's requests go. "pcscf": to the P-CSCF, as an ordinary phone's do. "edge": the phone is its own P-CSCF, with a Path of
 * its own, asks the I-CSCF for registration and the S-CSCF for everything else. An address: there, such as to the relay under test.
 */
export type Door = "pcscf" | "edge" | Address;

export interface PhoneOptions {
  readonly door?: Door;
  readonly transport?: Transport;
  /** Last part of its address; the user's own unless said otherwise. */
  readonly host?: number | HostName;
}

export interface RunOptions {
  /** Further header lines of requests outside a dialog: `Privacy: id`. */
  readonly lines?: readonly string[];
  /** What the scenario waits for or answers: "486 Busy Here" in an answer, "486" in what is waited for. */
  readonly status?: string;
  /** How long it pauses, ms; 100 unless said otherwise. */
  readonly wait?: number;
  /** Seconds, of a registration or subscription. */
  readonly expires?: number;
  readonly sdp?: string;
  /** The description of a session on hold. */
  readonly hold?: string;
  /** Where a transfer leads: a URI. */
  readonly referTo?: string;
  readonly event?: "reg" | "presence";
  /** Of a MESSAGE. */
  readonly text?: string;
  readonly password?: string;
  /** The whole run may take so long. */
  readonly seconds?: number;
}

/** What the network said of a registration. */
export interface Registration {
  readonly answer: SipText;
  readonly serviceRoute: readonly string[];
  readonly associated: readonly string[];
  readonly path: readonly string[];
}

export class SippPhone {
  readonly user: DigestUser;
  readonly address: Address;
  readonly #network: Network;
  readonly #door: Door;
  readonly #transport: Transport;
  #serviceRoute: readonly string[] = [];

  constructor({ network }: { network: Network }, user: DigestUser, options: PhoneOptions = {}) {
    this.user = user;
    this.#network = network;
    this.#door = options.door ?? "pcscf";
    this.#transport = options.transport ?? "udp";
    this.address = { host: network.host(options.host ?? user.host), port: SIP_PORT };
  }

  /** Its URI as a peer: where it is reached without a core. */
  get contact(): string {
    return `sip:${this.user.name}@${text(this.address)};transport=${this.#transport}`;
  }

  /** Registers by digest. @throws Error when the registrar's last word is not `status`, 200 unless said otherwise */
  async registers(options: RunOptions = {}): Promise<Registration> {
    const { status = "200" } = options;
    await using run = await this.#run("registers", { ...options, status });
    await run.done();
    const answer = run.message(`received ${status} REGISTER`);
    const [serviceRoute, associated, path] = ["service-route", "p-associated-uri", "path"].map((name) =>
      headerLines(answer, name).flatMap((line) => line.split(/,\s*(?=<)/))
    );
    this.#serviceRoute = serviceRoute!;
    return { answer, serviceRoute: serviceRoute!, associated: associated!, path: path! };
  }

  async deregisters(): Promise<void> {
    await this.registers({ expires: 0 });
  }

  /** Tries to register and is refused without a challenge. */
  async isRefusedRegistration(status: string): Promise<SipText> {
    await using run = await this.#run("registers_refused", { status });
    await run.done();
    return run.message(`received ${status} REGISTER`);
  }

  /** Starts to do something with a target, a URI. The phone's address is its own until the run is disposed of. */
  async does(what: Calling, target: string, options: RunOptions = {}): Promise<Sipp> {
    return await this.#run(what, { ...options, target });
  }

  /** The same to its end; the run's record stays readable. @throws Error when it does not go as written */
  async did(what: Calling, target: string, options: RunOptions = {}): Promise<Sipp> {
    await using run = await this.does(what, target, options);
    await run.done();
    return run;
  }

  /** Waits for a call or a MESSAGE from now on. */
  async awaits(what: Called, options: RunOptions = {}): Promise<Sipp> {
    return await this.#run(what, options);
  }

  async #run(
    scenario: Calling | Called | "registers" | "registers_refused",
    options: RunOptions & { readonly target?: string },
  ): Promise<Sipp> {
    const isRegister = scenario.startsWith("registers");
    const isCalled = /^(called|messaged)/.test(scenario);
    const { event = "reg", target = this.user.sip } = options;
    const lines = [...this.#ownLines(isRegister), ...options.lines ?? []];
    return await startSipp({
      scenario,
      scenarios: SCENARIOS,
      at: this.address,
      ...(isCalled ? {} : { to: this.#next(isRegister) }),
      transport: this.#transport,
      user: this.user.impi,
      password: options.password ?? this.user.password,
      seconds: options.seconds ?? SECONDS,
      values: {
        user: this.user.name,
        aor: this.user.sip,
        domain: this.user.sip.split("@")[1]!,
        target,
        route: isRegister ? "" : folded(this.#serviceRoute.map((route) => `Route: ${route}`), this.#door),
        lines: inXml(lines),
        status: options.status ?? (isCalled ? "200 OK" : "200"),
        wait: String(options.wait ?? WAIT_MS),
        expires: String(options.expires ?? 600),
        // An empty Record-Route would be a header without a value: where there is none, this line stands for it.
        recordRoute: typeof this.#door === "string" ? "Record-Route: [$route]" : "Server: sipp",
        sdp: options.sdp ?? describe(this.user.name),
        hold: options.hold ?? hold(this.user.name),
        referTo: options.referTo ?? "",
        event,
        accept: event === "reg" ? "application/reginfo+xml" : "application/pidf+xml",
        text: options.text ?? "hello",
      },
    });
  }

  #next(isRegister: boolean): Address {
    if (typeof this.#door !== "string") return this.#door;
    if (this.#door === "pcscf") return this.#network.address("pcscf");
    return this.#network.address(isRegister ? "icscf" : "scscf");
  }

  /** What an edge adds. */
  #ownLines(isRegister: boolean): string[] {
    if (this.#door !== "edge") return [];
    if (!isRegister) return [`P-Asserted-Identity: <${this.user.sip}>`];
    return [
      `Path: <sip:term@${text(this.address)};lr>`,
      "Require: path",
      `P-Visited-Network-ID: ${DOMAIN}`,
    ];
  }
}

/** Only an edge knows its Service-Route; a P-CSCF puts it in by itself. */
function folded(lines: readonly string[], door: Door): string {
  return door === "edge" ? inXml(lines) : "";
}

/** As lines that follow another one in a scenario. */
function inXml(lines: readonly string[]): string {
  return lines.map((line) => `\n    ${line}`).join("");
}
