// Parameters of a header value: generic-param, auth-param (RFC 3261 25.1). Not for the hot path.

const separators = ";, \t";
const nameStops = ';, \t"<=';

/** The parameter's value, unquoted and unescaped: "" when it has none, undefined when it is absent. Names are compared whatever their case. */
export function findParam(text: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  let at = 0;
  let fresh = true;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      at = quotedEnd(text, at);
      fresh = false;
    } else if (character === "<") {
      at = text.indexOf(">", at) + 1;
      if (at === 0) return undefined;
      fresh = false;
    } else if (separators.includes(character)) {
      at++;
      fresh = true;
    } else if (!fresh) {
      at++;
    } else {
      const end = until(text, at, nameStops);
      const equal = skipSpace(text, end);
      const found = text.slice(at, end).toLowerCase() === wanted;
      if (text.charAt(equal) === "=") {
        const value = skipSpace(text, equal + 1);
        at = text.charAt(value) === '"' ? quotedEnd(text, value) : until(text, value, separators);
        if (found) return unquoted(text.slice(value, at));
      } else if (found) {
        return "";
      } else {
        at = Math.max(end, at + 1);
      }
      fresh = false;
    }
  }
  return undefined;
}

/** Behind the closing quote, or the text's end when there is none. */
function quotedEnd(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at + 1;
}

function until(text: string, start: number, stops: string): number {
  let at = start;
  while (at < text.length && !stops.includes(text.charAt(at))) at++;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (text.charAt(at) === " " || text.charAt(at) === "\t") at++;
  return at;
}

/** A quoted string without its quotes and backslashes; anything else as it is. */
export function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : value;
}
