// A browser that calls through Janus's SIP plugin: session, handle and registration as a guest, then one call after the other.
// At the rates that Janus reaches texts and JSON.parse will do.

import type { Arena } from "./arena.ts";
import { numberAt } from "./call_number.ts";
import { type Calls, NEAR, TIMER } from "./calls.ts";
import type { TextSender } from "./sender.ts";
import type { Tally } from "./tally.ts";
import { CALL } from "./template.ts";

export interface JanusCallerOptions {
  readonly arena: Arena;
  readonly calls: Calls;
  readonly tally: Tally;
  readonly streams: TextSender;
  readonly offer: string;
  /** HOST:PORT of the called side. */
  readonly address: string;
  /** Milliseconds. */
  readonly hold: number;
}

interface Handle {
  session: number;
  handle: number;
  /** -1 = none. */
  call: number;
  ready: boolean;
}

interface Message {
  readonly janus: string;
  readonly transaction?: string;
  readonly data?: { readonly id: number };
  readonly error?: { readonly reason?: string };
  readonly plugindata?: {
    readonly data?: {
      readonly error?: string;
      readonly result?: { readonly event?: string; readonly code?: number };
    };
  };
  readonly jsep?: { readonly type?: string; readonly sdp?: string };
}

const LETTER = 99;

export class JanusCaller {
  readonly #options: JanusCallerOptions;
  readonly #handles = new Map<number, Handle>();
  readonly #offer: string;
  ready = 0;
  /** Browsers that Janus did not take. */
  refused = 0;

  constructor(options: JanusCallerOptions) {
    this.#options = options;
    this.#offer = options.offer;
  }

  isFree(stream: number): boolean {
    const handle = this.#handles.get(stream);
    return handle?.ready === true && handle.call < 0;
  }

  opened(stream: number): void {
    this.#handles.set(stream, { session: 0, handle: 0, call: -1, ready: false });
    this.#send(stream, { janus: "create", transaction: "session" });
  }

  closed(stream: number): void {
    if (this.#handles.get(stream)?.ready) this.ready--;
    this.#handles.delete(stream);
  }

  start(call: number, now: number): void {
    const { calls, address } = this.#options;
    const stream = calls.stream[call]!;
    const handle = this.#handles.get(stream);
    if (handle !== undefined) handle.call = call;
    const number = String(calls.numberOf(call)).padStart(10, "0");
    this.#say(stream, `c${number}`, { request: "call", uri: `sip:c${number}@${address}` }, {
      type: "offer",
      sdp: this.#offer.replaceAll(CALL, number),
    });
    calls.sent(call, now);
  }

  timer(call: number): void {
    if (this.#options.calls.near[call] !== NEAR.up) return;
    this.#options.calls.near[call] = NEAR.ending;
    this.#hangUp(call);
  }

  abandon(call: number): void {
    const handle = this.#handles.get(this.#options.calls.stream[call]!);
    // It is not to be used before Janus has said that the call is over.
    if (handle?.call === call) this.#hangUp(call);
  }

  receive(stream: number, start: number, end: number, now: number): void {
    const handle = this.#handles.get(stream);
    if (handle === undefined) return;
    const message: Message = JSON.parse(this.#options.arena.text(start, end));
    const { janus, transaction, data } = message;
    if (janus === "success" && transaction === "session" && data !== undefined) {
      handle.session = data.id;
      this.#send(stream, {
        janus: "attach",
        plugin: "janus.plugin.sip",
        transaction: "handle",
        session_id: handle.session,
      });
    } else if (janus === "success" && transaction === "handle" && data !== undefined) {
      handle.handle = data.id;
      const username = `sip:load${stream}@127.0.0.1`;
      this.#say(stream, "register", { request: "register", type: "guest", username });
    } else if (janus === "error") {
      this.#failed(handle, `Janus: ${message.error?.reason ?? "error"}`, transaction);
    } else if (janus === "event") {
      this.#event(handle, message, now);
    }
  }

  #event(handle: Handle, { plugindata, jsep, transaction }: Message, now: number): void {
    const { calls, hold } = this.#options;
    const { error, result } = plugindata?.data ?? {};
    if (error !== undefined) return this.#failed(handle, `Janus: ${error}`, transaction);
    const { call } = handle;
    switch (result?.event) {
      case "registered":
        if (!handle.ready) this.ready++;
        handle.ready = true;
        return;
      case "ringing":
      case "proceeding":
      case "progress":
        if (call >= 0 && calls.near[call] === NEAR.calling) calls.near[call] = NEAR.proceeding;
        return;
      case "accepted":
        if (call < 0 || calls.near[call]! >= NEAR.up) return;
        if (jsep?.type !== "answer" || jsep.sdp === undefined) {
          return calls.fail(call, "an accepted call without SDP");
        }
        calls.answered(call, now);
        calls.setTimer(call, TIMER.near, now + hold);
        return;
      case "hangup": {
        handle.call = -1;
        if (call < 0 || this.#isOver(call, handle)) return;
        if (calls.near[call] === NEAR.ending) return calls.nearDone(call);
        return calls.fail(call, `Janus: hangup ${result.code ?? ""}`);
      }
    }
  }

  #failed(handle: Handle, cause: string, transaction = ""): void {
    const { calls } = this.#options;
    const bytes = new TextEncoder().encode(transaction);
    const call = calls.callOf(numberAt(bytes, 0, bytes.length, LETTER));
    if (handle.call === call) handle.call = -1;
    if (call >= 0) return calls.fail(call, cause);
    if (handle.ready) return;
    this.refused++;
    this.#options.tally.cause(`login: ${cause}`);
  }

  /** Whether the call's place has gone to another browser's since. */
  #isOver(call: number, handle: Handle): boolean {
    const { calls } = this.#options;
    return calls.near[call] === NEAR.idle || this.#handles.get(calls.stream[call]!) !== handle;
  }

  #hangUp(call: number): void {
    this.#say(this.#options.calls.stream[call]!, "hangup", { request: "hangup" });
  }

  #say(stream: number, transaction: string, body: unknown, jsep?: unknown): void {
    const handle = this.#handles.get(stream);
    if (handle === undefined) return;
    this.#send(stream, {
      janus: "message",
      session_id: handle.session,
      handle_id: handle.handle,
      transaction,
      body,
      ...(jsep === undefined ? {} : { jsep }),
    });
  }

  #send(stream: number, message: unknown): void {
    const { arena, streams } = this.#options;
    const at = streams.reserve();
    const { written } = new TextEncoder().encodeInto(JSON.stringify(message), arena.bytes.subarray(at));
    streams.commit(stream, written);
  }
}
