// Messages out of Markdown: the `sip`, `json` and `stream` blocks of the conformance cases, of the seeds and of the regressions. The notation is that of
// test/conformance/README.md; a mark that is not understood stands for nothing, since a seed need not be exact.

export type BlockKind = "sip" | "json" | "stream";

export interface Block {
  readonly kind: BlockKind;
  /** The title above it. */
  readonly title: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BLOCK = /^```(sip|json|stream)\n(.*?)\n```$/gms;
const TITLE = /^## (.*)$/m;
const BODY = "⟨body⟩";
const LONGEST = 65_536;
const encoder = new TextEncoder();

/** Lines of a `sip` or `stream` block end in CRLF unless ⟨⟩ ends them; a `json` block is taken as it stands. */
export function blocksOf(markdown: string): Block[] {
  return markdown.split(/^(?=## )/m).flatMap((section) => {
    const title = TITLE.exec(section)?.[1] ?? "";
    return Array.from(section.matchAll(BLOCK), ([, kind, text = ""]) => ({
      kind: kind as BlockKind,
      title,
      bytes: kind === "json" ? bytesOf(text) : bytesOf(lines(text)),
    }));
  });
}

function lines(text: string): string {
  return text.split("\n").map((line) => line.endsWith("⟨⟩") ? line.slice(0, -2) : `${line}\r\n`).join("");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const message = text.split(/(⟨[^⟩]*⟩)/)
    .map((part) => part.startsWith("⟨") && part !== BODY ? meant(part.slice(1, -1)) : binary(part)).join("");
  const blank = message.indexOf("\r\n\r\n");
  const body = blank < 0 ? 0 : message.length - blank - 4;
  const whole = message.replaceAll(binary(BODY), `${body}`).slice(0, LONGEST);
  return Uint8Array.from(whole, (unit) => unit.charCodeAt(0));
}

/** `0D 0A` is bytes, `64*x` a run. */
function meant(mark: string): string {
  if (/^[0-9A-F]{2}( [0-9A-F]{2})*$/.test(mark)) {
    return mark.split(" ").map((digits) => String.fromCharCode(parseInt(digits, 16))).join("");
  }
  const repeat = /^(\d+)\*(.+)$/.exec(mark);
  return repeat === null ? "" : binary(repeat[2]!).repeat(Math.min(Number(repeat[1]), LONGEST));
}

function binary(text: string): string {
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
