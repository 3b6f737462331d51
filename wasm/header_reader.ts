// Header fields beyond what routing needs: their values decoded on demand.

import {
  HEADER_JOIN,
  HEADER_MIN_SE,
  HEADER_REPLACES,
  HEADER_SESSION_EXPIRES,
  HEADER_TARGET_DIALOG,
} from "./assembly/codes.ts";
import { OCCURS_LIST } from "./assembly/header_codes.ts";
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
import { HeaderTable } from "./header_table.ts";
import type { CodecMemory, Span } from "./memory.ts";
import type { SipReader } from "./sip_reader.ts";

/**
 * Values are spans of the message in the window: sip.value(), values(). What is not as its grammar wants comes back as `Malformed`, with the header and
 * the offset; a span of another message throws RangeError.
 */
export class HeaderReader extends HeaderTable {
  readonly #sip: SipReader;
  readonly #cursor: Cursor;

  constructor(memory: CodecMemory, wasm: CodecExports, sip: SipReader) {
    super(memory, wasm);
    this.#sip = sip;
    this.#cursor = new Cursor(memory, wasm);
  }

  /** The values of a header in the message's order: comma-joined ones apart where the header is a list, else one for each line. */
  values(header: number): Span[] | Malformed {
    const isList = this.row(header).occurs === OCCURS_LIST;
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
