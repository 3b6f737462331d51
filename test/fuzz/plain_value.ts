// Header values read by the letter of RFC 3261 25.1: one regular expression a rule, from left to right. White space is SP and HTAB here: folds are joined
// before. Laxer than the grammar in what receivers are asked to take (RFC 4475 3.1.1): no white space before "<", and a parameter's value may be
// any run of token characters, brackets and colons, since IPv6 stands there with and without brackets.

const SWS = "[ \\t]*";
const TOKEN = "[A-Za-z0-9\\-.!%*_+`'~]+";
const QUOTED = '"(?:[^"\\\\]|\\\\[\\x00-\\x7f])*"';
const URIC = "[A-Za-z0-9\\-_.!~*'();/?:@&=+$,[\\]]";
// RFC 3261 20.10: a URI with comma, question mark or semicolon stands in <>.
const BARE = "[A-Za-z0-9\\-_.!~*'()/:@&=+$[\\]]";
const SCHEME = "[A-Za-z][A-Za-z0-9+.\\-]*:";
const ESCAPED = "%[0-9A-Fa-f]{2}";

const parameter = new RegExp(
  `;${SWS}(${TOKEN})${SWS}(?:=${SWS}(${QUOTED}|[A-Za-z0-9\\-.!%*_+\`'~[\\]:]+)${SWS})?`,
  "y",
);
const nameAddress = new RegExp(
  `(?:(${QUOTED})${SWS}|(${TOKEN}(?:[ \\t]+${TOKEN})*)${SWS})?<(${SCHEME}(?:${URIC}|${ESCAPED})+)>${SWS}`,
  "y",
);
const bareAddress = new RegExp(`(${SCHEME}(?:${BARE}|${ESCAPED})+)${SWS}`, "y");
const comma = new RegExp(`,${SWS}`, "y");
const equal = new RegExp(`=`, "y");

export interface Parameter {
  /** In lower case. */
  readonly name: string;
  /** As it stands, quotes included. */
  readonly value: string | undefined;
}

export interface Address {
  readonly display: string;
  readonly uri: string;
  readonly bracketed: boolean;
}

/** A place in a value. Each take moves behind what it found, or answers undefined and stays. */
export class PlainValue {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at === this.text.length;
  }

  take(rule: RegExp): RegExpExecArray | undefined {
    rule.lastIndex = this.at;
    const match = rule.exec(this.text);
    if (match === null) return undefined;
    this.at = rule.lastIndex;
    return match;
  }

  /** From a place to the white space before here. */
  since(start: number): string {
    return this.text.slice(start, this.at).replace(/[ \t]+$/, "");
  }

  address(): Address | undefined {
    const named = this.take(nameAddress);
    if (named !== undefined) {
      return { display: named[1] ?? named[2] ?? "", uri: named[3]!, bracketed: true };
    }
    const bare = this.take(bareAddress);
    return bare === undefined ? undefined : { display: "", uri: bare[1]!, bracketed: false };
  }

  /** All parameters from here on. Undefined when one is malformed. */
  parameters(): Parameter[] | undefined {
    const found: Parameter[] = [];
    while (this.text[this.at] === ";") {
      const match = this.take(parameter);
      if (match === undefined || this.take(equal) !== undefined) return undefined;
      found.push({ name: match[1]!.toLowerCase(), value: match[2] });
    }
    return found;
  }

  comma(): boolean {
    return this.take(comma) !== undefined;
  }
}

const wholeToken = new RegExp(`^${TOKEN}$`);

export function isToken(text: string | undefined): boolean {
  return text !== undefined && wholeToken.test(text);
}
