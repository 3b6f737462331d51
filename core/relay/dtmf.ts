// DTMF by INFO: one key of a telephone, as the bodies application/dtmf-relay and application/dtmf have it, which no RFC defines but phones and gateways agree on.

/** One key that was pressed. */
export interface Tone {
  /** 0 to 9, *, #, A to D. */
  readonly signal: string;
  /** Milliseconds. */
  readonly duration: number;
}

export const relayType = "application/dtmf-relay";
const bareType = "application/dtmf";

/** What is said where a sender names no duration, and the longest that is taken. */
const usual = 160;
const longest = 10_000;

const KEY = /^[0-9*#A-D]$/;
/** Events of RFC 4733 section 3.2 that are keys too, which some write as numbers. */
const NUMBERED = ["*", "#", "A", "B", "C", "D"];

/** A key as a browser or a phone says it: undefined = it is none. */
export function toneOf(signal: string, duration: number): Tone | undefined {
  const key = /^1[0-5]$/.test(signal) ? NUMBERED[Number(signal) - 10]! : signal.toUpperCase();
  if (!KEY.test(key) || duration > longest) return undefined;
  return { signal: key, duration: duration <= 0 ? usual : duration };
}

/** The key that a body stands for: undefined = none that is known, or it is no such body. */
export function readTone(contentType: string, body: string): Tone | undefined {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (type === bareType) return toneOf(body.trim(), 0);
  if (type !== relayType) return undefined;
  const signal = /^[ \t]*signal[ \t]*=[ \t]*(\S{1,2})[ \t]*$/im.exec(body)?.[1];
  const duration = /^[ \t]*duration[ \t]*=[ \t]*(\d{1,5})[ \t]*$/im.exec(body)?.[1];
  return signal === undefined ? undefined : toneOf(signal, Number(duration ?? 0));
}

/** The body of application/dtmf-relay. */
export function writeTone({ signal, duration }: Tone): string {
  return `Signal=${signal}\r\nDuration=${duration}\r\n`;
}
