// One end of a ROAP session on a virtual clock: texts in, texts and reports out.

import assert from "node:assert/strict";
import type { Context, Millis, TimerOwner } from "../../core/context.ts";
import type { Report, Signal } from "../../core/leg.ts";
import type { Dialect, RoapSession } from "../../core/roap/record.ts";
import {
  createRoapSession,
  performRoap,
  receiveRoap,
  takeReport,
  timeoutRoap,
} from "../../core/roap/session.ts";
import { TimerWheel } from "../../core/timer/wheel.ts";
import { type Body, faultText, loadText, outputText, resetOutput } from "../../wasm/codec.ts";
import { roap } from "../../wasm/roap.ts";

/** A report with its body read out of the window. */
export interface Heard {
  readonly signal: Signal;
  readonly fork: number;
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

export type Message = Readonly<Record<string, unknown>>;

export class RoapEnd {
  readonly session: RoapSession;
  readonly context: Context;
  readonly heard: Heard[] = [];
  #sent: string[] = [];
  #tokens = 0;

  /** `chance` are the random numbers to come, the last one for ever. */
  constructor(options: { name: string; dialect?: Dialect; chance?: number[] }) {
    const chance = options.chance ?? [1000];
    this.context = {
      now: 0,
      call: 0,
      random: {
        token: () => `${options.name}${++this.#tokens}`,
        uint32: () => (chance.length > 1 ? chance.shift() : chance[0]) ?? 0,
      },
      outputs: [],
      wheel: new TimerWheel<TimerOwner>({ now: 0 }),
    };
    this.session = createRoapSession({
      key: 1,
      feed: 7,
      dialect: options.dialect ?? "roap.ims",
      call: 9,
      context: this.context,
    });
  }

  /** The browser's text arrives. Answers what the call hears of it. */
  receiveText(text: string): Heard[] {
    const fault = roap.read(loadText(text));
    assert.equal(fault, 0, `${faultText(fault)}: ${text}`);
    return this.#drain(receiveRoap(this.session, this.context));
  }

  receive(message: Message): Heard[] {
    return this.receiveText(JSON.stringify(message));
  }

  /** The call's wish. Answers whether it could be carried. */
  perform(
    signal: Signal,
    wish: { fork?: number; status?: number; reason?: string; body?: string | Body; from?: string } = {},
  ): boolean {
    const carried = performRoap(this.session, {
      signal,
      fork: wish.fork ?? 0,
      status: wish.status ?? 0,
      reason: wish.reason ?? "",
      body: typeof wish.body === "string" ? new TextEncoder().encode(wish.body) : wish.body,
      contentType: "application/sdp",
      ...(wish.from === undefined ? {} : { from: wish.from }),
    }, this.context);
    this.#drain(takeReport(this.session));
    return carried;
  }

  /** Time passes. Answers what the call hears of it. */
  pass(time: Millis): Heard[] {
    const heard: Heard[] = [];
    this.context.now += time;
    this.context.wheel.advance(this.context.now, (owner, kind) => {
      assert.equal(owner, this.session);
      heard.push(...this.#drain(timeoutRoap(this.session, kind, this.context)));
    });
    return heard;
  }

  /** What was written since the last time. */
  takeTexts(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  take(): Message[] {
    return this.takeTexts().map((text) => JSON.parse(text));
  }

  #drain(first: Report | undefined): Heard[] {
    const heard: Heard[] = [];
    for (let report = first; report !== undefined; report = takeReport(this.session)) {
      const { signal, fork, status, reason, body } = report;
      heard.push({ signal, fork, status, reason, body: typeof body === "number" ? roap.text(body) : "" });
    }
    this.heard.push(...heard);
    for (const output of this.context.outputs) {
      assert.equal(output.type, "text");
      assert.equal(output.feed, this.session.feed);
      assert.equal(output.call, this.session.call);
      this.#sent.push(outputText(output.start, output.length));
    }
    this.context.outputs.length = 0;
    resetOutput();
    return heard;
  }
}
