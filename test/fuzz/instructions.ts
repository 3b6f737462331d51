// How long the immediates of a WebAssembly instruction are (specification, 5.4, with SIMD and relaxed SIMD).

import type { BinaryReader } from "./binary.ts";

export const UNREACHABLE = 0x00;
export const BLOCK = 0x02;
export const LOOP = 0x03;
export const IF = 0x04;
export const ELSE = 0x05;
export const END = 0x0b;
export const BR_IF = 0x0d;
const BR_TABLE = 0x0e;
const SELECT_TYPED = 0x1c;
const BULK = 0xfc;
const VECTOR = 0xfd;

/** Opcodes with so many numbers behind them. */
const ONE = new Set([BLOCK, LOOP, IF, 0x0c, BR_IF, 0x10, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2]);
/** Sub-opcode of BULK → numbers behind it. */
const BULK_NUMBERS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** Moves past the immediates of the opcode just read. */
export function skipImmediates(reader: BinaryReader, opcode: number): void {
  if (ONE.has(opcode) || (opcode >= 0x20 && opcode <= 0x26)) reader.skipNumber();
  else if ((opcode >= 0x28 && opcode <= 0x3e) || opcode === 0x11) skipNumbers(reader, 2);
  else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (opcode === BR_TABLE) skipNumbers(reader, reader.number() + 1);
  else if (opcode === SELECT_TYPED) skipNumbers(reader, reader.number());
  else if (opcode === BULK) skipNumbers(reader, BULK_NUMBERS[reader.number()] ?? 0);
  else if (opcode === VECTOR) skipVector(reader, reader.number());
}

function skipVector(reader: BinaryReader, opcode: number): void {
  if (opcode <= 11 || (opcode >= 84 && opcode <= 93)) skipNumbers(reader, 2);
  if (opcode === 12 || opcode === 13) reader.skip(16);
  if ((opcode >= 21 && opcode <= 34) || (opcode >= 84 && opcode <= 91)) reader.skip(1);
}

function skipNumbers(reader: BinaryReader, count: number): void {
  for (let i = 0; i < count; i++) reader.skipNumber();
}
