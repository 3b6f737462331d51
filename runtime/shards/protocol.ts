// What the supervisor and a shard say to each other over the shard's standard input and output: one JSON object a line. Both are
// of the same program, and nobody else holds the other end of a pipe.

import type { Listener } from "../../core/sip/addresses.ts";
import type { Config, Endpoint, LoginConfig, SipListener } from "../config/config.ts";
import type { StopStep } from "../stop.ts";
import type { Credentials } from "../tls/identity.ts";

/** Config with its accounts as JSON has them. */
export type PlainConfig = Omit<Config, "users"> & { readonly users: readonly (readonly [string, string])[] };

/** To a shard. The end of the pipe means that the supervisor is gone. */
export type Order =
  | {
    readonly type: "listen";
    readonly shard: number;
    readonly shards: number;
    readonly directory: string;
    /** With this shard's own listeners. */
    readonly config: PlainConfig;
    /** Of the tokens that the relay gives to browsers. */
    readonly tokenKey: string;
    /** It has no permission to read the files itself. */
    readonly credentials: Credentials;
  }
  | { readonly type: "renew"; readonly credentials: Credentials }
  | { readonly type: "renewLogin"; readonly login: LoginConfig }
  | {
    readonly type: "start";
    readonly nonceKey: string;
    /** Of all shards, as others reach them. */
    readonly listeners: readonly (readonly Listener[])[];
    /** Siblings that are there already. */
    readonly dial: readonly number[];
    /** The supervisor's clock, in milliseconds: all shards go by it. */
    readonly now: number;
  }
  /** Whether it still lives: `here` is the answer. */
  | { readonly type: "ask" }
  | { readonly type: "stop" }
  /** All siblings are as far. */
  | { readonly type: "go"; readonly step: StopStep };

/** From a shard. */
export type Word =
  | {
    readonly type: "listening";
    readonly http: Endpoint;
    readonly https?: Endpoint | undefined;
    readonly sip: readonly SipListener[];
    readonly reached: readonly Listener[];
    readonly lines: readonly string[];
  }
  /** It cannot listen. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "ready" }
  /** Its event loop turns. */
  | { readonly type: "here" }
  | { readonly type: "reached"; readonly step: StopStep };

export function toPlain(config: Config): PlainConfig {
  return { ...config, users: [...config.users] };
}

export function fromPlain(config: PlainConfig): Config {
  return { ...config, users: new Map(config.users) };
}

export function toLine(message: Order | Word): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(message)}\n`);
}

/** The messages of a stream of lines; a line that is no JSON object is passed over. */
export async function* messagesOf<Message>(stream: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const text = decoder.decode(chunk, { stream: true });
    // A line may be megabytes: what there is of it is not looked through again for each chunk.
    if (!text.includes("\n")) {
      rest += text;
      continue;
    }
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const message = readObject(line);
      if (message !== undefined) yield message as Message;
    }
  }
}

function readObject(line: string): unknown {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
