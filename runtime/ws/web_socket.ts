// One WebSocket at its server's end (RFC 6455): texts in and out, pings, and the two ways in which it ends.

import { stream } from "../../wasm/masked_text.ts";
import type { Connection, Receiver } from "../net/connection.ts";
import * as close from "./close_code.ts";
import * as frame from "./frame.ts";
import { FrameReader, type FrameUser, type KeptBytes } from "./frame_reader.ts";

// Two clocks find out whether a peer is still there, counted in sweeps. Whatever it sends proves that it lives, but not that it hears us: only a pong
// does that. So a ping goes out now and then whatever comes in, and with the first message to one that has been silent: nobody is to wait for a phone that
// rings nowhere.

/** From one pong to the next ping. */
const PING_SWEEPS = 30;
/** That a pong may take. */
const PONG_SWEEPS = 30;
/** Without a sign of life, after which a message of ours takes a ping along, and that its pong may take: the 10 s of RFC 5626 section 4.4.1. */
const SILENT_SWEEPS = 10;
const PROBE_SWEEPS = 10;
/** Sweeps that a peer has for its half of the closing handshake. */
const CLOSING_SWEEPS = 2;
/** Control frames between two sweeps. */
const CONTROL_FRAMES = 100;
/** A peer that leaves so much unread gets no more answers to its pings. */
const PONG_LIMIT = 16_384;
/** Bytes that are thrown away while we wait for a peer to see that it is over. */
const DISCARD_LIMIT = 16 * 1024 * 1024;
const ping = frame.controlFrame(frame.OPCODE_PING, new Uint8Array(0));
/** Messages that fit leave with their header in one write. */
const together = new Uint8Array(16_384);
const afterPing = together.subarray(ping.length);
const decoder = new TextDecoder("utf-8", { fatal: true });

export interface WebSocketUser {
  /** A text is in the codec's window; -1 = it was too long for that. */
  text(socket: WebSocketPeer, length: number): void;
  /** It ends, whoever wants it: nothing more will come from it. Told once, before `gone`. */
  over(socket: WebSocketPeer): void;
  /** Its connection is gone. Told once. */
  gone(socket: WebSocketPeer): void;
}

/** closing: our close frame is out. lost: and where the next frame begins is not known, or does not matter. */
type State = "open" | "closing" | "lost" | "gone";

export class WebSocketPeer implements Receiver, FrameUser {
  readonly id: number;
  readonly #connection: Connection;
  readonly #user: WebSocketUser;
  readonly #reader: FrameReader;
  #state: State = "open";
  /** Something came since the last sweep. */
  #heard = false;
  /** Sweeps without a sign of life, or since the close frame. */
  #quiet = 0;
  /** Sweeps until the next ping. */
  #untilPing = PING_SWEEPS;
  /** Sweeps that the answer to a ping may still take, 0 = none is out. */
  #untilPong = 0;
  #controls = 0;
  #discarded = 0;

  constructor(
    connection: Connection,
    { id, user, kept, binary = false }: {
      id: number;
      user: WebSocketUser;
      kept: KeptBytes;
      /** Whether it may send binary messages. */
      binary?: boolean;
    },
  ) {
    this.id = id;
    this.#connection = connection;
    this.#user = user;
    this.#reader = new FrameReader(kept, { binary });
    connection.receiver = this;
  }

  /** Bytes that the peer has not taken. */
  get pending(): number {
    return this.#connection.pending;
  }

  /** Whether it keeps bytes of what is not whole. */
  get keeps(): boolean {
    return this.#reader.keeps;
  }

  /** Sends a message, the bytes of a text being UTF-8. Nothing once it ends. */
  send(bytes: Uint8Array, opcode: typeof frame.OPCODE_TEXT | typeof frame.OPCODE_BINARY): void {
    if (this.#state !== "open") return;
    const probes = this.#quiet >= SILENT_SWEEPS && this.#awaitPong(PROBE_SWEEPS);
    if (probes) together.set(ping);
    const header = probes
      ? ping.length + frame.writeHeader(afterPing, opcode, bytes.length)
      : frame.writeHeader(together, opcode, bytes.length);
    if (bytes.length <= together.length - header) {
      together.set(bytes, header);
      return this.#connection.send(together.subarray(0, header + bytes.length));
    }
    this.#connection.send(together.subarray(0, header));
    this.#connection.send(bytes);
  }

  /** Ends it with a close frame; its connection goes when the peer has answered, or has had its time. */
  end(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#quiet = 0;
    this.#user.over(this);
    this.#connection.send(frame.closeFrame(code, reason));
  }

  /** Ends it at once. */
  abort(): void {
    if (this.#state === "gone") return;
    this.#connection.abort();
    this.closed();
  }

  /** To be called once a second: the only clock it has. */
  sweep(): void {
    this.#controls = 0;
    this.#quiet = this.#heard && this.#state === "open" ? 0 : this.#quiet + 1;
    this.#heard = false;
    if (this.#state !== "open") {
      if (this.#quiet > CLOSING_SWEEPS) this.abort();
    } else if (this.#untilPong > 0) {
      if (--this.#untilPong === 0) this.abort();
    } else if (--this.#untilPing <= 0) {
      this.#awaitPong(PONG_SWEEPS);
      this.#connection.send(ping);
    }
  }

  received(length: number): void {
    if (this.#state === "gone") return;
    this.#heard = true;
    if (this.#state !== "lost") return this.#reader.read(length, this);
    this.#discarded += length;
    if (this.#discarded > DISCARD_LIMIT) this.abort();
  }

  /** The peer hung up without a close frame, or after ours. */
  ended(): void {
    this.#over();
    this.#state = "lost";
    this.#connection.close();
  }

  closed(): void {
    this.#over();
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#reader.release();
    this.#user.gone(this);
  }

  /** Counts something that asks for an answer but says nothing. False: that was one too many, and it ends. */
  countControl(): boolean {
    if (++this.#controls <= CONTROL_FRAMES) return true;
    this.end(close.CLOSE_POLICY, "Too many control frames");
    return false;
  }

  text(length: number): boolean {
    if (this.#state === "open") this.#user.text(this, length);
    return !this.#isGone();
  }

  control(opcode: number, at: number, length: number): boolean {
    if (opcode === frame.OPCODE_CLOSE) {
      this.#closeFrame(stream.subarray(at, at + length));
      return false;
    }
    if (this.#state !== "open") return true;
    if (opcode === frame.OPCODE_PONG) {
      this.#untilPong = 0;
      this.#untilPing = PING_SWEEPS;
    }
    if (!this.countControl()) return !this.#isGone();
    if (opcode === frame.OPCODE_PING && this.pending < PONG_LIMIT) {
      this.#connection.send(frame.controlFrame(frame.OPCODE_PONG, stream.subarray(at, at + length)));
    }
    return !this.#isGone();
  }

  fault(code: number, reason: string): void {
    this.end(code, reason);
    if (this.#state === "closing") this.#state = "lost";
  }

  /** A ping is about to leave. False: it need not, a pong is to come sooner anyway. */
  #awaitPong(patience: number): boolean {
    if (this.#untilPong > 0 && this.#untilPong <= patience) return false;
    this.#untilPong = patience;
    return true;
  }

  /** The peer's half of the closing handshake: the answer to ours, or the one that we answer (section 5.5.1). */
  #closeFrame(payload: Uint8Array): void {
    const code = payload.length === 0 ? 0 : payload.length === 1 ? -1 : payload[0]! << 8 | payload[1]!;
    if (this.#state === "open") {
      if (code !== 0 && !close.isCloseCode(code)) {
        this.end(close.CLOSE_PROTOCOL_ERROR, "The close code cannot be sent");
      } else if (!isText(payload.subarray(2))) {
        this.end(close.CLOSE_INVALID_DATA, "The reason is not UTF-8");
      } else {
        this.end(code, "");
      }
    }
    if (this.#isGone()) return;
    this.#state = "lost";
    this.#connection.close();
  }

  /** A method, since whoever is told of something may end it. */
  #isGone(): boolean {
    return this.#state === "gone";
  }

  #over(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#user.over(this);
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
