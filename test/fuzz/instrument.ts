// The fuzzing build: the codec as it ships, with a counter added to each of its basic blocks and a limit to its steps.
//
//  pages 0 … 31   the codec's own memory, untouched
//  page 32        word 0: steps left, counted down at each turn of a loop; at 0 the codec traps
//                 from word 1 on: how often each block was entered
//
// A block begins with a function, a turn of a loop, either way of an if, behind a br_if that was not taken, and where the
// ways out of a block meet. The binary itself is rewritten, so what is fuzzed is what ships, each inlined copy of a function apart.

import { PAGES } from "../../wasm/assembly/layout.ts";
import { BinaryReader, BinaryWriter } from "./binary.ts";
import { BLOCK, BR_IF, ELSE, END, IF, LOOP, skipImmediates, UNREACHABLE } from "./instructions.ts";

/** Address of the steps left. */
export const STEPS = PAGES << 16;
/** Address of the first counter, a 32-bit word each. */
export const COUNTERS = STEPS + 4;

export interface Instrumented {
  readonly binary: Uint8Array<ArrayBuffer>;
  /** How many counters there are. */
  readonly counters: number;
}

const HEADER = 8;
const MEMORY_SECTION = 5;
const CODE_SECTION = 10;
const ROOM = 0x10000 / 4 - 1;

/** Throws RangeError for a binary that is cut short or has more blocks than a page has words. */
export function instrument(binary: Uint8Array): Instrumented {
  const reader = new BinaryReader(binary, HEADER);
  const writer = new BinaryWriter();
  writer.run(binary.subarray(0, HEADER));
  let counters = 0;
  while (reader.at < binary.length) {
    const id = reader.byte();
    const size = reader.number();
    const content = binary.subarray(reader.at, reader.at + size);
    reader.skip(size);
    writer.byte(id);
    if (id === MEMORY_SECTION) {
      // One memory, with a limit: one page more.
      section(writer, (out) => {
        out.run([1, 1]);
        out.number(PAGES + 1);
        out.number(PAGES + 1);
      });
    } else if (id === CODE_SECTION) {
      section(writer, (out) => counters = instrumentCode(content, out));
    } else {
      section(writer, (out) => out.run(content));
    }
  }
  if (counters > ROOM) throw new RangeError(`${counters} counters do not fit a page`);
  return { binary: writer.finished(), counters };
}

function section(writer: BinaryWriter, fill: (out: BinaryWriter) => void): void {
  const out = new BinaryWriter();
  fill(out);
  const content = out.finished();
  writer.number(content.length);
  writer.run(content);
}

function instrumentCode(content: Uint8Array, out: BinaryWriter): number {
  const reader = new BinaryReader(content);
  const functions = reader.number();
  out.number(functions);
  let counters = 0;
  for (let i = 0; i < functions; i++) {
    const size = reader.number();
    const end = reader.at + size;
    section(out, (body) => {
      copyLocals(reader, body);
      counters = instrumentBody(reader, end, body, counters);
    });
  }
  return counters;
}

function copyLocals(reader: BinaryReader, out: BinaryWriter): void {
  const start = reader.at;
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.skipNumber();
    reader.skip(1);
  }
  out.run(reader.bytes.subarray(start, reader.at));
}

function instrumentBody(reader: BinaryReader, end: number, out: BinaryWriter, first: number): number {
  let counter = first;
  const open: number[] = [];
  count(out, counter++);
  while (reader.at < end) {
    const start = reader.at;
    const opcode = reader.byte();
    skipImmediates(reader, opcode);
    out.run(reader.bytes.subarray(start, reader.at));
    if (opcode === LOOP) countStep(out);
    if (opcode === BLOCK || opcode === LOOP || opcode === IF) open.push(opcode);
    const joins = opcode === END && (open.pop() ?? LOOP) !== LOOP;
    if (opcode === LOOP || opcode === IF || opcode === ELSE || opcode === BR_IF || joins) {
      count(out, counter++);
    }
  }
  return counter;
}

/** Adds one to a counter, whatever lies on the stack. */
function count(out: BinaryWriter, counter: number): void {
  addTo(out, COUNTERS + 4 * counter, 0x6a);
}

/** Takes one from the steps left, and traps when none is left. From 0, the state before anybody set a limit, it is 2³² of them. */
function countStep(out: BinaryWriter): void {
  addTo(out, STEPS, 0x6b);
  loadWord(out, STEPS);
  out.run([0x45, IF, 0x40, UNREACHABLE, END]);
}

/** `operator`: i32.add or i32.sub, with 1. */
function addTo(out: BinaryWriter, address: number, operator: number): void {
  out.run([0x41, 0]);
  loadWord(out, address);
  out.run([0x41, 1, operator, 0x36, 2]);
  out.number(address);
}

function loadWord(out: BinaryWriter, address: number): void {
  out.run([0x41, 0, 0x28, 2]);
  out.number(address);
}
