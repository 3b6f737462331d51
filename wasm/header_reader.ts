// Header fields beyond what routing needs: the table of what is known of each, and their values decoded on demand.

import {
  HEADER_JOIN,
  HEADER_MIN_SE,
  HEADER_REPLACES,
  HEADER_SESSION_EXPIRES,
  HEADER_TARGET_DIALOG,
} from "./assembly/codes.ts";
import { OCCURS_LIST } from "./assembly/header_codes.ts";
import { SIP_CHAIN_COUNT, TEXT } from "./assembly/layout.ts";
import type { CodecExports } from "./exports.ts";
import { type Address, readAddress } from "./headers/address.ts";
import { type Challenge, readChallenge } from "./headers/challenge.ts";
import { Cursor, type Malformed } from "./headers/cursor.ts";
import { readDate } from "./headers/date.ts";
import { type Event, readEvent } from "./headers/event.ts";
import { type Rack, readRack } from "./headers/rack.ts";
import { readReason, type Reason } from "./headers/reason.ts";
import { readReplaces, type Replaces } from "./headers/replaces.ts";
import { readRetryAfter, type RetryAfter } from "./headers/retry_after.ts";
import { readSessionExpires, type SessionExpires } from "./headers/session_expires.ts";
import { readSubscriptionState, type SubscriptionState } from "./headers/subscription_state.ts";
import { readValue, type Value } from "./headers/value.ts";
import { readWarning, type Warning } from "./headers/warning.ts";
import type { CodecMemory, Span } from "./memory.ts";
import type { SipReader } from "./sip_reader.ts";

/** One row of the table. */
export interface HeaderRow {
  /** Long name in its usual spelling. */
  readonly name: string;
  /** OCCURS_*: how often it may occur. */
  readonly occurs: number;
  /** DECODE_*: who decodes it. */
  readonly decoder: number;
  /** Whether a request with this METHOD_* must have it. */
  requiredIn(method: number): boolean;
  /** Status of the response that must have it, 0 = none. */
  readonly requiredWith: number;
}

const nameLimit = 64;

/**
 * Values are spans of the message in the window: sip.value(), values(). What is not as its grammar wants comes back as `Malformed`, with the header and
 * the offset; a span of another message throws RangeError.
 */
export class HeaderReader {
  readonly #memory: CodecMemory;
  readonly #wasm: CodecExports;
  readonly #sip: SipReader;
  readonly #cursor: Cursor;

  constructor(memory: CodecMemory, wasm: CodecExports, sip: SipReader) {
    this.#memory = memory;
    this.#wasm = wasm;
    this.#sip = sip;
    this.#cursor = new Cursor(memory, wasm);
  }

  /** HEADER_* of a name, long or compact, in whatever case. HEADER_OTHER when it is none of the table's. */
  id(name: string): number {
    const length = this.#memory.tryEncodeAt(TEXT, nameLimit, name);
    return this.#wasm.headerOf(TEXT, length < 1 ? nameLimit : length);
  }

  /** A header's long name. "" for HEADER_OTHER. Throws RangeError for what is no HEADER_*. */
  name(header: number): string {
    return this.#memory.decodeAt(this.#wasm.headerName(checked(header)), this.#wasm.headerNameLength(header));
  }

  /** Throws RangeError for what is no HEADER_*. */
  row(header: number): HeaderRow {
    const wasm = this.#wasm;
    const methods = wasm.headerMethods(checked(header));
    return {
      name: this.name(header),
      occurs: wasm.headerOccurs(header),
      decoder: wasm.headerDecoder(header),
      requiredIn: (method) => (methods >>> method & 1) !== 0,
      requiredWith: wasm.headerStatus(header),
    };
  }

  /**
   * The first HEADER_* that the message in the window lacks though its method or status asks for it, 0 = none. Stricter than sip.read(), which lets
   * pass what RFC 2543 left out.
   */
  missing(): number {
    return this.#wasm.missingHeader();
  }

  /** The values of a header in the message's order: comma-joined ones apart where the header is a list, else one for each line. */
  values(header: number): Span[] | Malformed {
    const isList = this.#wasm.headerOccurs(checked(header)) === OCCURS_LIST;
    const values: Span[] = [];
    for (let nth = 0, line = this.#sip.value(header); line !== 0; line = this.#sip.value(header, ++nth)) {
      if (isList) {
        this.#cursor.open(line);
        const elements = this.#cursor.elements();
        if (elements === undefined) return this.#cursor.malformed(header);
        for (const element of elements) values.push(element);
      } else {
        values.push(line);
      }
    }
    return values;
  }

  /** Any value with parameters. */
  value(header: number, value: Span): Value | Malformed {
    return readValue(this.#cursor, header, value);
  }

  /** A value that is an address with parameters. */
  address(header: number, value: Span): Address | Malformed {
    return readAddress(this.#cursor, header, value);
  }

  /** A challenge, credentials or Authentication-Info. */
  challenge(header: number, value: Span): Challenge | Malformed {
    return readChallenge(this.#cursor, header, value);
  }

  /** Milliseconds since 1970. */
  date(value: Span): number | Malformed {
    return readDate(this.#cursor, value);
  }

  event(value: Span): Event | Malformed {
    return readEvent(this.#cursor, value);
  }

  rack(value: Span): Rack | Malformed {
    return readRack(this.#cursor, value);
  }

  reason(value: Span): Reason | Malformed {
    return readReason(this.#cursor, value);
  }

  replaces(value: Span): Replaces | Malformed {
    return readReplaces(this.#cursor, HEADER_REPLACES, value);
  }

  join(value: Span): Replaces | Malformed {
    return readReplaces(this.#cursor, HEADER_JOIN, value);
  }

  targetDialog(value: Span): Replaces | Malformed {
    return readReplaces(this.#cursor, HEADER_TARGET_DIALOG, value);
  }

  retryAfter(value: Span): RetryAfter | Malformed {
    return readRetryAfter(this.#cursor, value);
  }

  sessionExpires(value: Span): SessionExpires | Malformed {
    return readSessionExpires(this.#cursor, HEADER_SESSION_EXPIRES, value);
  }

  minSe(value: Span): SessionExpires | Malformed {
    return readSessionExpires(this.#cursor, HEADER_MIN_SE, value);
  }

  subscriptionState(value: Span): SubscriptionState | Malformed {
    return readSubscriptionState(this.#cursor, value);
  }

  warning(value: Span): Warning | Malformed {
    return readWarning(this.#cursor, value);
  }
}

function checked(header: number): number {
  if (!(header > 0 && header < SIP_CHAIN_COUNT)) throw new RangeError(`Header ${header}`);
  return header;
}
