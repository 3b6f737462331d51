// A slow, plain reader of URIs, written from RFC 3261 25.1, RFC 3966 3 and RFC 3986 3.2.2. Where it is stricter or laxer than their grammar it says so;
// the rest is the grammar.

export interface PlainUri {
  readonly scheme: "sip" | "sips" | "tel" | "other";
  readonly hasHeaders: boolean;
}

const ESCAPED = "%[0-9A-Fa-f]{2}";
const UNRESERVED = "A-Za-z0-9\\-_.!~*'()";
const USER = `(?:[${UNRESERVED}&=+$,;?/]|${ESCAPED})`;
const PASSWORD = `(?:[${UNRESERVED}&=+$,]|${ESCAPED})`;
const PARAM = `(?:[${UNRESERVED}[\\]/:&+$]|${ESCAPED})`;
const HEADER = `(?:[${UNRESERVED}[\\]/?:+$]|${ESCAPED})`;
const HOST = "(?:\\[[0-9A-Fa-f:.]*\\]|[A-Za-z0-9.\\-]*)";
const PARAMS = `((?:;${PARAM}+(?:=${PARAM}+)?)*)`;

const SCHEME = /^([A-Za-z][A-Za-z0-9+.\-]*):/;
const SIP = new RegExp(
  `^(?:${USER}+(?::${PASSWORD}*)?@)?(${HOST})(?::(\\d+))?${PARAMS}(\\?${HEADER}+=${HEADER}*(?:&${HEADER}+=${HEADER}*)*)?$`,
);
// RFC 3966: a global number begins with "+", a local one needs a context. Visual separators alone are no number.
const GLOBAL = new RegExp(`^\\+[\\-.()]*\\d[\\d\\-.()]*${PARAMS}$`);
const LOCAL = new RegExp(`^[\\-.()]*[0-9A-Fa-f*#][0-9A-Fa-f*#\\-.()]*${PARAMS}$`);
// absoluteURI: uric, and the brackets that RFC 3986 added for IPv6.
const OTHER = new RegExp(`^(?:[${UNRESERVED};/?:@&=+$,[\\]]|${ESCAPED})+$`);
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?$/;
/** Domain names have no more (RFC 1035 2.3.4). */
const NAME_LIMIT = 255;

/** The URI, or what is wrong with it. */
export function readPlainUri(text: string): PlainUri | string {
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined) return "scheme";
  const rest = text.slice(scheme.length + 1);
  const name = scheme.toLowerCase();
  if (name === "tel") return readTel(rest);
  if (name !== "sip" && name !== "sips") {
    return OTHER.test(rest) ? { scheme: "other", hasHeaders: false } : "character";
  }
  const match = SIP.exec(rest);
  if (match === null) return "shape";
  const [, host = "", port, params = "", headers] = match;
  if (!isHost(host)) return "host";
  if (port !== undefined && !isPort(port)) return "port";
  const wrong = wrongParameter(params);
  return wrong ?? { scheme: name, hasHeaders: headers !== undefined };
}

function readTel(text: string): PlainUri | string {
  const global = GLOBAL.exec(text);
  const params = (global ?? LOCAL.exec(text))?.[1];
  if (params === undefined) return "number";
  if (global === null && !/;phone-context=/i.test(params)) return "context";
  return wrongParameter(params) ?? { scheme: "tel", hasHeaders: false };
}

/** 19.1.1: no parameter twice. Held against the three that routing acts on; others pass. */
function wrongParameter(params: string): string | undefined {
  const seen = new Set<string>();
  for (const param of params.split(";").slice(1)) {
    const equal = param.indexOf("=");
    const name = (equal < 0 ? param : param.slice(0, equal)).toLowerCase();
    const value = equal < 0 ? undefined : param.slice(equal + 1);
    if (name !== "lr" && name !== "maddr" && name !== "transport") continue;
    if (seen.has(name)) return `${name} twice`;
    seen.add(name);
    if (name === "maddr" && (value === undefined || !isHost(value))) return "maddr";
    if (name === "transport" && (value === undefined || !TOKEN.test(value))) return "transport";
  }
  return undefined;
}

export function isHost(text: string): boolean {
  if (text.startsWith("[")) return text.endsWith("]") && isIpv6(text.slice(1, -1));
  return isIpv4(text) || isHostname(text);
}

/** 1 to 65535: no socket has another one, whatever the grammar says. */
export function isPort(digits: string): boolean {
  return /^\d+$/.test(digits) && BigInt(digits) >= 1n && BigInt(digits) <= 65535n;
}

/** hostname = *( domainlabel "." ) toplabel [ "." ], and the top label begins with a letter. */
function isHostname(text: string): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (name.length > NAME_LIMIT) return false;
  const labels = name.split(".");
  return labels.every((label) => LABEL.test(label)) && /^[A-Za-z]/.test(labels.at(-1) ?? "");
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** Eight groups of 16 bits, "::" for one or more of them, the last two also as IPv4. RFC 5118 4.10 asks to take ":::" before IPv4 as "::". */
function isIpv6(text: string): boolean {
  const tail = text.slice(text.lastIndexOf(":") + 1);
  const usual = tail.includes(".") ? text.replace(/:::(?=[\d.]+$)/, "::") : text;
  const sides = usual.split("::");
  if (sides.length > 2) return false;
  let groups = 0;
  for (const [index, side] of sides.entries()) {
    if (side === "") {
      if (sides.length === 1) return false;
      continue;
    }
    const parts = side.split(":");
    for (const [place, part] of parts.entries()) {
      const isLast = index === sides.length - 1 && place === parts.length - 1;
      if (isLast && isIpv4(part)) groups += 2;
      else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups++;
      else return false;
    }
  }
  return sides.length === 2 ? groups <= 7 : groups === 8;
}
