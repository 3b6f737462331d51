// A `sip` block of a case as the bytes it stands for. The notation is described in README.md.

const encoder = new TextEncoder();
const BODY = "⟨body⟩";
const HERE = "⟨here⟩";

/** A message, and the offset of its mark ⟨here⟩, -1 = it has none. */
export interface Block {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly here: number;
}

/** Every line ends in CRLF, unless ⟨⟩ ends it. */
export function blockOf(block: string): Block {
  const text = block.split("\n").map((line) => line.endsWith("⟨⟩") ? line.slice(0, -2) : `${line}\r\n`).join(
    "",
  );
  const parts = text.split(/(⟨[^⟩]*⟩)/).map((part) =>
    part.startsWith("⟨") && part !== BODY && part !== HERE ? meant(part) : binary(part)
  );
  const marked = parts.join("");
  const here = marked.indexOf(binary(HERE));
  const open = marked.replace(binary(HERE), "");
  const blank = open.indexOf("\r\n\r\n");
  const body = blank < 0 ? 0 : open.length - blank - 4;
  const message = open.replaceAll(binary(BODY), `${body}`);
  return { bytes: Uint8Array.from(message, (unit) => unit.charCodeAt(0)), here };
}

/** What ⟨…⟩ means, a character for each byte. */
function meant(mark: string): string {
  const inside = mark.slice(1, -1);
  if (/^[0-9A-F]{2}( [0-9A-F]{2})*$/.test(inside)) {
    return inside.split(" ").map((digits) => String.fromCharCode(parseInt(digits, 16))).join("");
  }
  const repeat = /^(\d+)\*(.+)$/.exec(inside);
  if (repeat === null) throw new Error(`Unknown mark ${mark}`);
  return binary(repeat[2]!).repeat(Number(repeat[1]));
}

/** UTF-8, a character for each byte. */
function binary(text: string): string {
  let bytes = "";
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
