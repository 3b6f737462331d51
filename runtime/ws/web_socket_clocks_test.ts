// The two clocks of a WebSocket, sweep by sweep: what comes in, and whether what goes out is answered.

import assert from "node:assert/strict";
import type { Connection, Receiver } from "../net/connection.ts";
import { readWindow } from "../../wasm/masked_text.ts";
import { rawFrame } from "../../test/raw_web_socket.ts";
import * as frame from "./frame.ts";
import { WebSocketPeer } from "./web_socket.ts";

/** A connection that takes everything and remembers what begins each frame. */
class Wire implements Connection {
  readonly isSecure = false;
  receiver!: Receiver;
  readonly host = "127.0.0.1";
  readonly port = 1;
  readonly localPort = 2;
  readonly pending = 0;
  readonly opcodes: number[] = [];
  isGone = false;

  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]!) this.opcodes.push(bytes[at]! & 15);
  }
  read(): void {}
  end(): void {}
  close(): void {}
  abort(): void {
    this.isGone = true;
  }
}

function open(): {
  wire: Wire;
  peer: WebSocketPeer;
  hear: (opcode: number) => void;
  sweep: (times: number) => void;
} {
  const wire = new Wire();
  const user = { text() {}, over() {}, gone() {} };
  const peer = new WebSocketPeer(wire, { id: 1, user, kept: { bytes: 0, limit: 1_000 } });
  const hear = (opcode: number) => {
    const bytes = rawFrame(opcode, "");
    readWindow.set(bytes);
    peer.received(bytes.length);
  };
  const sweep = (times: number) => {
    for (let count = 0; count < times; count++) peer.sweep();
  };
  return { wire, peer, hear, sweep };
}

const message = new Uint8Array([0x68, 0x69]);

Deno.test("WebSocketPeer pings every 30 sweeps and is gone 30 later without a pong, whatever comes in", () => {
  for (const talks of [false, true]) {
    const { wire, hear, sweep } = open();
    for (let round = 0; round < 3; round++) {
      sweep(29);
      assert.equal(wire.opcodes.length, round);
      sweep(1);
      assert.equal(wire.opcodes.length, round + 1);
      hear(frame.OPCODE_PONG);
    }
    sweep(30);
    for (let count = 0; count < 29; count++) {
      if (talks) hear(frame.OPCODE_TEXT);
      sweep(1);
    }
    assert.equal(wire.isGone, false);
    sweep(1);
    assert.equal(wire.isGone, true);
    assert.ok(wire.opcodes.every((opcode) => opcode === frame.OPCODE_PING));
  }
});

Deno.test("WebSocketPeer sends a ping along to whom it has not heard for 10 sweeps, and is gone 10 later", () => {
  const { wire, peer, sweep } = open();
  sweep(9);
  peer.send(message, frame.OPCODE_TEXT);
  sweep(1);
  peer.send(message, frame.OPCODE_TEXT);
  peer.send(message, frame.OPCODE_BINARY);
  const { OPCODE_BINARY, OPCODE_PING, OPCODE_TEXT } = frame;
  assert.deepEqual(wire.opcodes, [OPCODE_TEXT, OPCODE_PING, OPCODE_TEXT, OPCODE_BINARY]);
  sweep(9);
  assert.equal(wire.isGone, false);
  sweep(1);
  assert.equal(wire.isGone, true);
});

Deno.test("WebSocketPeer whose ping is out already is given less time once there is something to say", () => {
  const { wire, peer, sweep } = open();
  sweep(35);
  peer.send(message, frame.OPCODE_TEXT);
  const { OPCODE_PING, OPCODE_TEXT } = frame;
  assert.deepEqual(wire.opcodes, [OPCODE_PING, OPCODE_PING, OPCODE_TEXT]);
  sweep(10);
  assert.equal(wire.isGone, true);
});

Deno.test("WebSocketPeer that answers in time stays", () => {
  const { wire, peer, hear, sweep } = open();
  sweep(12);
  peer.send(message, frame.OPCODE_TEXT);
  sweep(9);
  hear(frame.OPCODE_PONG);
  sweep(29);
  assert.equal(wire.isGone, false);
  assert.equal(wire.opcodes.length, 2);
});
