// One generator: sockets, agents and the loop around them, on one thread and without a promise.
//
//   schedule ─► near agent ─► target ─► far agent ─► target ─► near agent …
//
// A turn: what is due (arrivals, timers), then what was written is sent, then a wait for sockets.

import { ANSWER_SDP, GATEWAY_OFFER_SDP, OFFER_SDP, PHONE_ANSWER_SDP } from "../sdp.ts";
import { Arena } from "./arena.ts";
import { findNumber, numberAt } from "./call_number.ts";
import { Calls, TIMER, TIMERS, TO_BROWSER, TO_IMS } from "./calls.ts";
import { FlowRegistrations } from "./flow_registrations.ts";
import { JanusCaller } from "./janus_caller.ts";
import type { Libc } from "./libc.ts";
import type { GeneratorOptions, Phase, Report } from "./options.ts";
import { Poller } from "./poller.ts";
import { Population } from "./population.ts";
import { Registrations } from "./registrations.ts";
import { RoapCallee } from "./roap_callee.ts";
import { RoapCaller } from "./roap_caller.ts";
import { OFFER, RoapIndex } from "./roap_index.ts";
import { Schedule } from "./schedule.ts";
import { SipAnswerer } from "./sip_answerer.ts";
import { SipCaller } from "./sip_caller.ts";
import { REGISTER, SipIndex, VIA } from "./sip_index.ts";
import { UdpPath, WebSocketPath } from "./sip_path.ts";
import { type Endpoint, hostNumber } from "./socket_address.ts";
import { Streams } from "./streams.ts";
import { Tally } from "./tally.ts";
import { BROWSER, CALL } from "./template.ts";
import { TimerWheel } from "./timer_wheel.ts";
import { UdpSocket } from "./udp_socket.ts";
import { Vanishing } from "./vanishing.ts";

const ARENA = 288 * 1024 * 1024;
const CALL_LIMIT = 65_536;
/** The poller's key for the UDP socket. */
const UDP = 0xffff_ffff;
/** Batches of datagrams in a turn, before the streams have theirs. */
const BATCHES = 4;
const TICK = 1;
const REPORT_EVERY = 250;
const SAMPLE_EVERY = 10;
const OPENING_LIMIT = 120_000;
const REGISTRATIONS_PER_SECOND = 500;
/** Called host of calls to the IMS: nobody's domain. */
const ABROAD = "ims.invalid";

export class Generator {
  readonly #options: GeneratorOptions;
  readonly #say: (report: Report) => void;
  readonly #arena = new Arena(ARENA);
  readonly #poller: Poller;
  readonly #udp: UdpSocket;
  readonly #streams: Streams | undefined;
  readonly #population: Population | undefined;
  readonly #registrations: Registrations | undefined;
  readonly #tally = new Tally();
  readonly #wheel: TimerWheel;
  readonly #calls: Calls;
  readonly #sip: Endpoint;
  readonly #answerer: SipAnswerer;
  readonly #sipCaller: SipCaller;
  readonly #roapCaller: RoapCaller | undefined;
  readonly #janusCaller: JanusCaller | undefined;
  readonly #flows: FlowRegistrations | undefined;
  readonly #roapCallee: RoapCallee | undefined;
  readonly #vanishing: Vanishing | undefined;
  readonly #sipIndex = new SipIndex();
  readonly #roapIndex = new RoapIndex();
  readonly #source = { host: 0, port: 0 };
  #phase: Phase = "opening";
  #phaseBegan = 0;
  #refreshing: Schedule;
  #arrivals: Schedule | undefined;
  #measureFrom = Infinity;
  #reportAt = 0;
  #sampleAt = 0;
  readonly #backlog = [0, 0, 0, 0];

  constructor(libc: Libc, options: GeneratorOptions, say: (report: Report) => void) {
    const now = performance.now();
    const arena = this.#arena;
    this.#options = options;
    this.#say = say;
    this.#poller = new Poller(libc, arena);
    this.#udp = new UdpSocket(libc, arena, { host: hostNumber("127.0.0.1"), port: options.port });
    this.#poller.add(this.#udp.fd, UDP);
    this.#wheel = new TimerWheel(CALL_LIMIT * TIMERS, now);
    this.#calls = new Calls({ arena, wheel: this.#wheel, tally: this.#tally, count: CALL_LIMIT });
    const [host = "", port = ""] = options.sip.split(":");
    this.#sip = { host: hostNumber(host), port: Number(port) || this.#udp.port };
    const address = `127.0.0.1:${this.#udp.port}`;
    const shared = { arena, calls: this.#calls, tally: this.#tally, offer: OFFER_SDP, answer: ANSWER_SDP };
    const { answerDelay, hold, dialect, phones, domain, login } = options;
    const run = crypto.randomUUID().slice(0, 8);
    const called = dialect === "janus" ? { offer: undefined, answer: PHONE_ANSWER_SDP } : {};
    this.#answerer = new SipAnswerer({ ...shared, ...called, udp: this.#udp, address, answerDelay });
    if (login !== undefined) {
      this.#population = new Population(options, login, this.#tally, now);
      const count = this.#population.count;
      this.#streams = new Streams({ libc, arena, poller: this.#poller, events: this.#streamEvents(), count });
      if (dialect === "janus") {
        const streams = this.#streams;
        this.#janusCaller = new JanusCaller({ ...shared, streams, offer: GATEWAY_OFFER_SDP, address, hold });
      }
      const { password } = login;
      if (dialect === "sip" && password !== undefined) {
        this.#flows = new FlowRegistrations({ ...shared, streams: this.#streams, password, domain, run });
      }
      const [janus, flows] = [this.#janusCaller, this.#flows];
      this.#population.use(this.#streams, {
        isFree: janus === undefined
          ? flows && ((stream) => flows.isRegistered(stream))
          : (stream) => janus.isFree(stream),
        vanishes: (stream) => this.#arrive(stream),
      });
    }
    const isWebSocket = dialect === "sip" && this.#streams !== undefined;
    this.#sipCaller = new SipCaller({
      ...shared,
      path: isWebSocket ? new WebSocketPath(this.#streams, this.#calls) : new UdpPath(this.#udp, this.#calls),
      target: dialect === "roap" ? `sip:load${BROWSER}@${domain}` : `sip:c${CALL}@${address}`,
      from: this.#flows === undefined ? `sip:c${CALL}@caller.invalid` : `sip:load${BROWSER}@${domain}`,
      address: isWebSocket ? `${run}.invalid` : address,
      run,
      hold,
    });
    if (dialect === "roap" && this.#streams !== undefined) {
      const streams = this.#streams;
      const start = (call: number, now: number) => this.#start(call, now);
      const vanishing = new Vanishing({ calls: this.#calls, streams, start });
      const vanish = (call: number) => vanishing.leave(call);
      this.#vanishing = vanishing;
      this.#roapCaller = new RoapCaller({ ...shared, streams, callee: ABROAD, hold, vanish });
      this.#roapCallee = new RoapCallee({ ...shared, streams, answerDelay });
    }
    const first = phones > 0 ? Math.min(REGISTRATIONS_PER_SECOND, phones) : 0;
    this.#refreshing = new Schedule({ rate: first, start: now, arrivals: "constant" });
    if (phones > 0) {
      const { password } = options;
      const to = { domain, address, registrar: this.#sip, run };
      this.#registrations = new Registrations({ ...shared, ...to, udp: this.#udp, phones, password, now });
    }
  }

  /** The whole run. Answers when it is over: seconds, and nothing else happens on this thread until then. */
  run(): void {
    const { rate, arrivals, warmUp, duration, hold, patience } = this.#options;
    this.#enter("opening");
    this.#turnUntil((now) => this.#isReady(now) || now - this.#phaseBegan > OPENING_LIMIT);
    const { phones, refresh } = this.#options;
    const pace = { start: performance.now(), arrivals: "constant" } as const;
    this.#refreshing = new Schedule({ rate: phones === 0 ? 0 : phones * 1_000 / refresh, ...pace });
    const start = performance.now();
    this.#arrivals = new Schedule({ rate, start, arrivals });
    this.#measureFrom = start + warmUp;
    this.#enter("warm-up");
    this.#turnUntil((now) => now >= this.#measureFrom);
    this.#enter("measuring");
    this.#say({ event: "measure", completed: this.#tally.completedEver });
    const end = this.#measureFrom + duration;
    this.#turnUntil((now) => now >= end);
    // A generator that is late at the very end owes these all the same.
    while (this.#arrivals.next < end) this.#begin(this.#arrivals.take(), performance.now());
    this.#udp.flush();
    this.#say({ event: "measured", completed: this.#tally.completedEver });
    this.#arrivals = undefined;
    this.#enter("draining");
    this.#turnUntil((now) => this.#calls.active === 0 || now - this.#phaseBegan > hold + patience + 1_000);
    this.#finish();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#phaseBegan = performance.now();
  }

  #isReady(now: number): boolean {
    if (this.#population !== undefined) {
      this.#population.fill(now);
      if (!this.#population.isUp) return false;
      const janus = this.#janusCaller;
      if (janus !== undefined && janus.ready + janus.refused < this.#population.open) return false;
      const flows = this.#flows;
      if (flows !== undefined && flows.registered + flows.refused < this.#population.open) return false;
    }
    const registrations = this.#registrations;
    return registrations === undefined ||
      registrations.registered + registrations.failed >= this.#options.phones;
  }

  #turnUntil(isOver: (now: number) => boolean): void {
    for (let now = performance.now(); !isOver(now); now = performance.now()) this.#turn(now);
  }

  #turn(now: number): void {
    const arrivals = this.#arrivals;
    while (arrivals !== undefined && arrivals.next <= now) this.#begin(arrivals.take(), now);
    this.#wheel.advance(now, (timer) => this.#fire(timer, now));
    this.#registrations?.advance(this.#refreshing, now);
    if (this.#phase !== "opening") {
      this.#population?.advance(now);
      this.#population?.fill(now);
    }
    this.#udp.flush();
    if (now >= this.#sampleAt) this.#sample(now);
    const next = Math.min(arrivals?.next ?? Infinity, this.#population?.nextLogin ?? Infinity, now + TICK);
    const events = this.#poller.wait(Math.max(0, next - performance.now()));
    for (let event = 0; event < events; event++) {
      const key = this.#poller.keyOf(event);
      if (key === UDP) this.#receive();
      else this.#streams?.ready(key, this.#poller.flagsOf(event));
    }
    this.#udp.flush();
  }

  #begin(scheduled: number, now: number): void {
    const { toIms, dialect } = this.#options;
    const stream = this.#population?.take() ?? 0;
    const direction = dialect !== "roap" || toIms >= 1 || Math.random() < toIms ? TO_IMS : TO_BROWSER;
    const call = this.#calls.begin({
      direction,
      stream,
      scheduled,
      measured: scheduled >= this.#measureFrom,
    });
    if (call < 0) return;
    if (stream < 0) return this.#calls.fail(call, "no browser is free");
    this.#start(call, now);
  }

  /** A browser that is to vanish in a call. */
  #arrive(stream: number): void {
    const now = performance.now();
    if (this.#arrivals === undefined) this.#streams?.close(stream);
    else this.#vanishing?.begin(stream, { measured: now >= this.#measureFrom, now });
  }

  #start(call: number, now: number): void {
    this.#calls.setTimer(call, TIMER.patience, now + this.#options.hold + this.#options.patience);
    this.#calls.nearHost[call] = this.#sip.host;
    this.#calls.nearPort[call] = this.#sip.port;
    this.#nearOf(call).start(call, now);
  }

  #fire(timer: number, now: number): void {
    const call = Math.floor(timer / TIMERS);
    switch (timer % TIMERS) {
      case TIMER.near:
        return this.#nearOf(call).timer(call, now);
      case TIMER.far:
        return this.#calls.direction[call] === TO_BROWSER
          ? this.#roapCallee?.timer(call, now)
          : this.#answerer.timer(call, now);
      default:
        this.#nearOf(call).abandon(call);
        return this.#calls.fail(call, this.#calls.timeout(call));
    }
  }

  #nearOf(call: number): RoapCaller | SipCaller | JanusCaller {
    if (this.#janusCaller !== undefined) return this.#janusCaller;
    if (this.#roapCaller === undefined || this.#calls.direction[call] === TO_BROWSER) return this.#sipCaller;
    return this.#roapCaller;
  }

  #receive(): void {
    const udp = this.#udp;
    for (let turn = 0; turn < BATCHES; turn++) {
      const count = udp.receive();
      const now = performance.now();
      for (let i = 0; i < count; i++) {
        const start = udp.startOf(i);
        this.#source.host = udp.hostOf(i);
        this.#source.port = udp.portOf(i);
        this.#sipMessage(start, start + udp.lengthOf(i), now);
      }
      udp.flush();
      if (count < udp.batch) return;
    }
  }

  /** `stream` -1: a datagram. */
  #sipMessage(start: number, end: number, now: number, stream = -1): void {
    const { bytes } = this.#arena;
    const message = this.#sipIndex;
    if (!message.read(bytes, start, end)) {
      this.#tally.strays++;
      return;
    }
    if (message.status === 0) {
      const number = findNumber(bytes, message.uriStart, message.uriEnd);
      return this.#answerer.receive(
        this.#calls.callOf(number),
        Math.max(number, 0),
        message,
        this.#source,
        now,
      );
    }
    if (message.method === REGISTER) {
      return stream < 0 ? this.#registrations?.receive(message, now) : this.#flows?.receive(stream, message);
    }
    const via = message.find(VIA);
    const number = via < 0 ? -1 : findNumber(bytes, message.values[via]!, message.ends[via]!);
    const call = this.#calls.callOf(number);
    if (call < 0) this.#tally.strays++;
    else this.#sipCaller.receive(call, message, now);
  }

  #streamEvents() {
    return {
      opened: (stream: number) => {
        this.#population?.hasOpened(stream, performance.now());
        this.#janusCaller?.opened(stream);
        this.#flows?.opened(stream);
      },
      closed: (stream: number, cause: string) => {
        this.#population?.hasClosed(stream, cause);
        this.#calls.lose(stream);
        this.#janusCaller?.closed(stream);
        this.#flows?.closed(stream);
      },
      text: (stream: number, start: number, end: number) => {
        const now = performance.now();
        if (this.#janusCaller !== undefined) this.#janusCaller.receive(stream, start, end, now);
        else if (this.#roapCaller === undefined) this.#sipMessage(start, end, now, stream);
        else this.#roapMessage(stream, start, end, now);
      },
    };
  }

  #roapMessage(stream: number, start: number, end: number, now: number): void {
    const { bytes } = this.#arena;
    const message = this.#roapIndex;
    if (!message.read(bytes, start, end)) {
      this.#tally.strays++;
      return;
    }
    const { offerer, answerer, from } = message;
    if (message.type === OFFER) {
      const call = this.#calls.callOf(findNumber(bytes, from.start, from.end));
      if (call < 0) this.#tally.strays++;
      else this.#roapCallee?.offered(call, stream, message, now);
      return;
    }
    const own = offerer.end === 0 ? -1 : this.#calls.callOf(numberAt(bytes, offerer.start, offerer.end));
    if (own >= 0) return this.#roapCaller?.receive(own, message, now);
    const called = answerer.end === 0
      ? -1
      : this.#calls.callOf(numberAt(bytes, answerer.start, answerer.end));
    if (called >= 0) this.#roapCallee?.receive(called, message);
    else this.#tally.strays++;
  }

  #sample(now: number): void {
    this.#sampleAt = now + SAMPLE_EVERY;
    if (this.#phase === "measuring") {
      const third = Math.floor(3 * (now - this.#measureFrom) / this.#options.duration);
      if (third === 1 || third === 2) {
        this.#backlog[2 * (third - 1)]! += this.#calls.settingUp;
        this.#backlog[2 * (third - 1) + 1]!++;
      }
    }
    if (now < this.#reportAt) return;
    this.#reportAt = now + REPORT_EVERY;
    const { recent, completedEver, failedEver } = this.#tally;
    this.#say({
      event: "progress",
      phase: this.#phase,
      elapsed: now - this.#phaseBegan,
      open: this.#population?.open ?? 0,
      registered: this.#registrations?.registered ?? 0,
      completed: completedEver,
      failed: failedEver,
      active: this.#calls.active,
      settingUp: this.#calls.settingUp,
      answered: recent.count,
      p50: recent.count === 0 ? null : recent.quantile(0.5),
      p99: recent.count === 0 ? null : recent.quantile(0.99),
    });
    recent.clear();
  }

  #finish(): void {
    const [middle = 0, ofMiddle = 0, last = 0, ofLast = 0] = this.#backlog;
    const population = this.#population;
    const { browsers, idle } = this.#options;
    const open = population?.open ?? 0;
    this.#say({
      event: "result",
      tally: this.#tally.toJSON(),
      backlog: [middle / Math.max(ofMiddle, 1), last / Math.max(ofLast, 1)],
      browsers: Math.min(open, browsers),
      idle: Math.max(0, Math.min(open - browsers, idle)),
      registered: this.#registrations?.registered ?? 0,
      pings: this.#streams?.pings ?? 0,
      unsent: this.#udp.unsent,
      left: this.#calls.active,
    });
    for (let stream = 0; stream < (population?.count ?? 0); stream++) this.#streams?.close(stream);
    this.#udp.close();
    this.#poller.close();
  }
}
