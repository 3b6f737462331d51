// SIP messages as a test writes and reads them: plain text, by hand, so that our codec is not its own judge.

export interface SipText {
  /** "INVITE" or "200". */
  readonly start: string;
  readonly requestUri: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function parseSip(bytes: Uint8Array): SipText {
  const text = new TextDecoder().decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const words = first.split(" ");
  const isResponse = words[0] === "SIP/2.0";
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const start = isResponse ? words[1]! : words[0]!;
  return { start, requestUri: isResponse ? "" : words[1]!, headers, body: text.slice(end + 4) };
}

export function formatSip(
  { first, headers, body = "" }: {
    first: string;
    headers: readonly (readonly [string, string])[];
    body?: string;
  },
): Uint8Array {
  const content = body === "" ? [] : [["Content-Type", "application/sdp"] as const];
  const length = new TextEncoder().encode(body).length;
  const lines = [...headers, ...content, ["Content-Length", String(length)] as const];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return new TextEncoder().encode(`${first}\r\n${head}\r\n${body}`);
}

/** First value of a header, "" = none. */
export function header({ headers }: SipText, name: string): string {
  return headers.find(([known]) => known === name)?.[1] ?? "";
}

/** All lines of a header. */
export function headerLines({ headers }: SipText, name: string): string[] {
  return headers.filter(([known]) => known === name).map(([, value]) => value);
}

export function parameter(value: string, name: string): string {
  return new RegExp(`[;\\s]${name}=([^;,>\\s]+)`, "i").exec(value)?.[1] ?? "";
}

/** The URI in <>, or the whole value without parameters. */
export function address(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0]!.trim();
}

export function cseqOf(message: SipText): { number: number; method: string } {
  const [number = "0", method = ""] = header(message, "cseq").split(/\s+/);
  return { number: Number(number), method };
}
