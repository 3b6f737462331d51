// The cases of this folder's Markdown files. What a case may say is described in README.md.

import { type Block, blockOf } from "./block.ts";

export interface Expected {
  /** refused: the parser takes it, a higher layer answers with `status`. */
  readonly outcome: "accepted" | "rejected" | "refused";
  readonly status?: number;
  /** FAULT_* without its prefix. */
  readonly fault?: string;
  /** Name of the header that the fault is in, "unknown" for one that is not in the table; absent = in none. */
  readonly header?: string;
  /** Which layer refuses. */
  readonly by?: string;
  /** Names of fields.ts and what they have to be. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Header name → values of its lines. */
  readonly lines?: Readonly<Record<string, readonly string[]>>;
  /** What the relay sends: a status, or nothing. */
  readonly relay?: number | "nothing";
  /** The relay's response has these lines. */
  readonly answer?: readonly string[];
  /** Frames of the message as a stream: "message", "ping", "pong" or the name of a fault. */
  readonly stream?: readonly string[];
  /** The account whose password answers the relay's challenge. */
  readonly login?: string;
  /** The case once for each value of a mark. */
  readonly for?: Readonly<Record<string, readonly string[]>>;
}

export interface Case extends Block {
  readonly name: string;
  readonly expected: Expected;
}

const outcomes = ["accepted", "rejected", "refused"];

export function casesOf(file: string, markdown: string): Case[] {
  return markdown.split(/^## /m).slice(1).flatMap((section) => {
    const title = section.slice(0, section.indexOf("\n")).trim();
    const name = `${file} ${title}`;
    const message = /^```sip\n(.*?)\n```$/ms.exec(section)?.[1];
    const expected = /^```expected\n(.*?)\n```$/ms.exec(section)?.[1];
    if (message === undefined || expected === undefined) throw new Error(`${name} lacks a block`);
    return spread(name, message, expected);
  });
}

function spread(name: string, message: string, text: string): Case[] {
  const expected = parse(name, text);
  const [mark, ...others] = Object.keys(expected.for ?? {});
  if (mark === undefined) return [{ name, ...blockOf(message), expected }];
  if (others.length > 0) throw new Error(`${name} has more than one mark`);
  return expected.for![mark]!.map((value) => {
    const filled = (template: string, shown: string) => template.replaceAll(`⟨${mark}⟩`, shown);
    const inJson = JSON.stringify(value).slice(1, -1);
    return {
      name: `${name}: ${value}`,
      ...blockOf(filled(message, value)),
      expected: parse(name, filled(text, inJson)),
    };
  });
}

function parse(name: string, text: string): Expected {
  try {
    const expected = JSON.parse(text) as Expected;
    if (outcomes.includes(expected.outcome)) return expected;
  } catch (error) {
    throw new Error(`${name}: ${error}`);
  }
  throw new Error(`${name} has no outcome`);
}
