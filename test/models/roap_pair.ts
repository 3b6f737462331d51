// Two ends of one ROAP session and the wires between them: texts keep their order, and take as long as the test likes.

import assert from "node:assert/strict";
import { roapTable } from "../../core/roap/table.ts";
import { isOver } from "../../core/roap/session.ts";
import { type Heard, type Message, RoapEnd } from "./roap_end.ts";

export type Side = "a" | "b";

export class RoapPair {
  readonly a: RoapEnd;
  readonly b: RoapEnd;
  /** Every message that was written, in the order of writing. */
  readonly written: { readonly side: Side; readonly message: Message }[] = [];
  readonly #wires: Record<Side, string[]> = { a: [], b: [] };
  readonly #seqs: Record<Side, number> = { a: 0, b: 0 };

  /** `ties` are what either end draws for its tieBreakers, in turn. */
  constructor(ties: { readonly a: readonly number[]; readonly b: readonly number[] }) {
    this.a = new RoapEnd({ name: "a", chance: [...ties.a] });
    this.b = new RoapEnd({ name: "b", chance: [...ties.b] });
  }

  /** Lets the first text on the way to an end arrive. `undefined`: there is none. */
  deliver(to: Side): Heard[] | undefined {
    const text = this.#wires[to].shift();
    if (text === undefined) return undefined;
    const heard = this[to].receiveText(text);
    this.collect();
    return heard;
  }

  /** Both clocks go on. */
  pass(time: number): void {
    this.a.pass(time);
    this.b.pass(time);
    this.collect();
  }

  /** Everything arrives, and what is written in answer, until the wires are empty. */
  settle(answer: (side: Side, heard: Heard) => void = () => {}): void {
    for (let count = 0;; count++) {
      assert.ok(count < 1000, "The ends never fall silent");
      let moved = false;
      for (const side of ["a", "b"] as const) {
        const heard = this.deliver(side);
        if (heard === undefined) continue;
        moved = true;
        for (const one of heard) answer(side, one);
        this.collect();
      }
      if (!moved) return;
    }
  }

  /** Puts what was written on the wires, and checks what always holds. */
  collect(): void {
    for (const side of ["a", "b"] as const) {
      for (const text of this[side].takeTexts()) {
        this.written.push({ side, message: JSON.parse(text) });
        this.#wires[side === "a" ? "b" : "a"].push(text);
      }
      const { session, context } = this[side];
      assert.ok(session.seq >= this.#seqs[side], "seq went back");
      this.#seqs[side] = session.seq;
      assert.ok(session.state in roapTable);
      const isOffering = session.state === "calling" || session.state === "waitingForAnswer";
      assert.equal(session.offer !== undefined, isOffering, `${session.state} and an offer`);
      if (session.state === "idle") assert.equal(session.queued, undefined);
      assert.ok(context.wheel.size <= 1);
      if (isOver(session)) assert.equal(context.wheel.size, 0);
    }
  }
}
