// Takes registrations through their table: sends REGISTER, weighs what comes back, keeps the clocks.

import { sip } from "../../wasm/sip.ts";
import type { Context, Millis } from "../context.ts";
import type { Hop } from "../hop.ts";
import { cellOf } from "../machine/table.ts";
import { makeRoom } from "../room.ts";
import {
  type ClientRequest,
  type ClientRequests,
  freshRequest,
  type RequestUser,
} from "../sip/client_request.ts";
import { type DigestTools, newDigestSession, takeNextNonce } from "./digest_client.ts";
import type { ImsIdentity } from "./identity.ts";
import { registerHead, writePlace } from "./register_request.ts";
import { associatedUris, grantedSeconds, note, outcomeOf, serviceRoute } from "./register_outcome.ts";
import { backOff, type Place, refreshAfter, type Registration, WANTED } from "./registration.ts";
import { type RegistrationEffect, type RegistrationEvent, registrationTable } from "./registration_table.ts";
import { newSequence, type Sequence } from "./sequence.ts";

/** Whoever wanted the identity registered. */
export interface RegistrationUser {
  /** Where the core network finds an identity whose REGISTER goes to this hop. */
  placeOf(identity: ImsIdentity, at: { token: string; hop: Pick<Hop, "transport" | "host"> }): Place;
  /** Bound, or bound again: routes and public identities may have changed. */
  registered(registration: Registration): void;
  /** Not bound any more; it is tried again. */
  lost(registration: Registration): void;
  /** The core network will not have it: `status` and `reason` say why. `gone` follows, at once or later. */
  ended(registration: Registration): void;
  /** Nothing more comes of it. */
  gone(registration: Registration): void;
}

/** The core network's own word of a binding. */
export interface Word {
  readonly event: "lost" | "probation" | "shortened" | "ended";
  /** probation: how long to stay away, 0 = it was not said. */
  readonly retryAfter?: Millis;
  /** shortened: seconds that are left. */
  readonly seconds?: number;
}

/** Until a REGISTER has its way. */
const USUAL = { transport: "udp", host: "" } as const;
/** How long after a refusal a lasting registration is tried again. */
const LASTING: Millis = 1_800_000;
/** Losses that follow each other faster than this are no single ones. */
const CALM: Millis = 10_000;
/** How soon after a registration began a request's failure may put it in doubt. */
const TRUST: Millis = 60_000;

export class Registrations implements RequestUser {
  readonly #context: Context;
  readonly #requests: ClientRequests;
  readonly #towards: string | Hop;
  readonly #lines: readonly string[];
  readonly #tools: DigestTools;
  readonly #user: RegistrationUser;
  /** Numbers that a key has seen are not forgotten when its user logs out: by public identity. */
  readonly #sequences = new Map<string, Sequence>();

  /** @param options `towards`: the first hop of REGISTER. `lines`: header lines of each. */
  constructor(options: {
    context: Context;
    requests: ClientRequests;
    towards: string | Hop;
    lines: readonly string[];
    tools: DigestTools;
    user: RegistrationUser;
  }) {
    this.#context = options.context;
    this.#requests = options.requests;
    this.#towards = options.towards;
    this.#lines = options.lines;
    this.#tools = options.tools;
    this.#user = options.user;
  }

  /** A registration that has not begun. `token`: the user of its Contact. */
  create(
    identity: ImsIdentity,
    { token, isLasting = false }: { token: string; isLasting?: boolean },
  ): Registration {
    const { random } = this.#context;
    const sequence = this.#sequences.get(identity.uri) ?? newSequence();
    this.#sequences.set(identity.uri, sequence);
    return {
      type: "registration",
      identity,
      isLasting,
      token,
      place: this.#user.placeOf(identity, { token, hop: USUAL }),
      callId: random.token(),
      localTag: random.token(),
      cseq: 0,
      state: "idle",
      request: undefined,
      digest: newDigestSession(),
      sequence,
      wanted: WANTED,
      asked: 0,
      rounds: 0,
      proof: "none",
      failures: 0,
      retryAfter: 0,
      granted: 0,
      boundAt: 0,
      status: 0,
      reason: "",
      serviceRoute: "",
      publicIds: [],
      lostAt: -Infinity,
      workTimer: 0,
      endTimer: 0,
    };
  }

  /** Begins, at once or after a while; or takes back a `stop` that is still under way. */
  start(registration: Registration, after: Millis = 0): void {
    if (after === 0) return this.#step(registration, "start");
    registration.workTimer = this.#context.wheel.schedule(this.#context.now + after, registration, "start");
  }

  /** Ends it: nothing is bound in the end. */
  stop(registration: Registration): void {
    if (registration.state === "idle") this.#cancel(registration);
    this.#step(registration, "stop");
  }

  /** The core network speaks by itself (RFC 3680). */
  told(registration: Registration, { event, retryAfter = 0, seconds = 0 }: Word): void {
    registration.retryAfter = retryAfter;
    if (event === "shortened") {
      if (seconds >= this.#secondsLeft(registration)) return;
      registration.granted = seconds;
    }
    if (event === "ended") note(registration, 403, "The network has ended the registration");
    if (event !== "lost") return this.#step(registration, event);
    // a network that takes back each registration at once must not be asked in a circle
    const isAgain = this.#context.now - registration.lostAt < CALM;
    registration.lostAt = this.#context.now;
    this.#step(registration, isAgain ? "probation" : "lost");
  }

  /** A request of the identity's was refused as if it were not registered: asked again, but not for every one. */
  doubt(registration: Registration): void {
    if (this.#context.now - registration.boundAt >= TRUST) this.#step(registration, "doubt");
  }

  leaves(request: ClientRequest, hop: Hop): void {
    const registration = request.about as Registration;
    const { identity, state, token } = registration;
    // another Contact beside one that is bound would be called as well
    if (state === "registering" || state === "leaving") {
      registration.place = this.#user.placeOf(identity, { token, hop });
    }
    writePlace(request.head, registration);
  }

  answered(request: ClientRequest): void {
    const registration = request.about as Registration;
    if (sip.status < 200 || registration.request !== request) return;
    registration.request = undefined;
    let outcome = outcomeOf(registration, this.#tools.cipher);
    if (outcome === "accepted" && isBinding(registration)) {
      registration.granted = grantedSeconds(registration);
      if (registration.granted === 0) {
        note(registration, 500, "The 200 does not name our contact");
        outcome = "failed";
      }
    }
    if (outcome === "refused" && registration.isLasting) {
      registration.retryAfter = LASTING;
      outcome = "failed";
    }
    this.#step(registration, outcome);
  }

  failed(request: ClientRequest, status: number, reason: string): void {
    const registration = request.about as Registration;
    if (registration.request !== request) return;
    registration.request = undefined;
    registration.retryAfter = 0;
    note(registration, status, reason);
    this.#step(registration, "failed");
  }

  timeout(registration: Registration, kind: string): void {
    if (kind === "expired") registration.endTimer = 0;
    else registration.workTimer = 0;
    this.#step(registration, kind as RegistrationEvent);
  }

  #step(registration: Registration, event: RegistrationEvent): void {
    const { state } = registration;
    const cell = cellOf(registrationTable, { state, event, name: "Registration" });
    if (cell === undefined) return;
    registration.state = cell[0];
    for (let at = 1; at < cell.length; at++) this.#effect(registration, cell[at] as RegistrationEffect);
  }

  #effect(registration: Registration, effect: RegistrationEffect): void {
    switch (effect) {
      case "register":
        registration.rounds = 0;
        registration.proof = registration.digest.challenge === undefined ? "none" : "remembered";
        return this.#send(registration, registration.wanted);
      case "prove":
        return this.#prove(registration, registration.wanted);
      case "lengthen":
        registration.rounds++;
        return this.#send(registration, registration.wanted);
      case "deregister":
        registration.rounds = 0;
        registration.proof = "remembered";
        return this.#send(registration, 0);
      case "proveEnd":
        return this.#prove(registration, 0);
      case "bind":
        registration.failures = 0;
        registration.status = 200;
        registration.reason = "";
        registration.boundAt = this.#context.now;
        registration.serviceRoute = serviceRoute();
        registration.publicIds = publicIdsOf(registration);
        takeNextNonce(registration.digest, registration.identity);
        return this.#schedule(registration);
      case "hasten":
        return this.#schedule(registration);
      case "unbind":
        registration.serviceRoute = "";
        registration.publicIds = [];
        return;
      case "backOff": {
        registration.failures++;
        const wait = backOff(registration, this.#context.random.uint32());
        this.#cancelWork(registration);
        registration.workTimer = this.#context.wheel.schedule(
          this.#context.now + wait,
          registration,
          "retry",
        );
        return;
      }
      case "stopTimers":
        return this.#cancel(registration);
      case "tellRegistered":
        return this.#user.registered(registration);
      case "tellLost":
        return this.#user.lost(registration);
      case "tellRefused":
        this.#user.ended(registration);
        return this.#user.gone(registration);
      case "tellEnded":
        this.#user.ended(registration);
        if (registration.state === "gone") this.#user.gone(registration);
        return;
      case "tellGone":
        return this.#user.gone(registration);
      default:
        return effect satisfies never;
    }
  }

  #prove(registration: Registration, expires: number): void {
    registration.rounds++;
    registration.proof = registration.digest.auts === "" ? "fresh" : "resynchronising";
    this.#send(registration, expires);
  }

  #send(registration: Registration, expires: number): void {
    this.#cancelWork(registration);
    makeRoom(this.#context.outputs);
    registration.asked = expires;
    const head = registerHead(registration, { lines: this.#lines, tools: this.#tools });
    const request = freshRequest({
      leg: undefined,
      call: 0,
      head,
      user: registration.token,
      through: -1,
      way: undefined,
      body: undefined,
      asker: this,
      about: registration,
    });
    registration.request = request;
    const status = this.#requests.start(request, this.#towards);
    if (status !== 0) this.failed(request, status, "There is no way to the IMS");
  }

  #schedule(registration: Registration): void {
    const { now, wheel } = this.#context;
    const { granted } = registration;
    this.#cancel(registration);
    registration.workTimer = wheel.schedule(now + refreshAfter(granted), registration, "refresh");
    registration.endTimer = wheel.schedule(now + 1000 * granted, registration, "expired");
  }

  #secondsLeft({ boundAt, granted }: Registration): number {
    return granted - (this.#context.now - boundAt) / 1000;
  }

  #cancel(registration: Registration): void {
    this.#cancelWork(registration);
    this.#context.wheel.cancel(registration.endTimer);
    registration.endTimer = 0;
  }

  #cancelWork(registration: Registration): void {
    this.#context.wheel.cancel(registration.workTimer);
    registration.workTimer = 0;
  }
}

/** Whether the REGISTER that was out asked for a binding. */
function isBinding({ state }: Registration): boolean {
  return state === "registering" || state === "refreshing";
}

/** The registered one is implicitly among them, even where the registrar is silent. */
function publicIdsOf({ identity }: Registration): readonly string[] {
  const found = associatedUris();
  return found.length === 0 ? [identity.uri] : found;
}
