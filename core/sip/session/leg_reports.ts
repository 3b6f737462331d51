// What a SIP leg tells its call of the message in the window, or of none.

import { sip } from "../../../wasm/sip.ts";
import type { Owed, Report, Signal } from "../../leg.ts";
import type { SipLeg } from "./leg.ts";

/** The other side of the legs: whoever joins them into calls. */
export interface LegUser {
  signal(leg: SipLeg, report: Report): void;
}

/** A report without content. */
export const blankReport: Report = {
  signal: "end",
  fork: 0,
  status: 0,
  reason: "",
  body: undefined,
  contentType: "",
};

/** The default for what an INVITE and its answers carry: a body must not go on without a type. */
const sdp = "application/sdp";

export class LegReports {
  readonly #user: LegUser;

  constructor(user: LegUser) {
    this.#user = user;
  }

  /** With status and body of the message in the window. */
  tell(leg: SipLeg, signal: Signal, { fork, owed }: { fork: number; owed?: Owed | undefined }): void {
    const hasBody = sip.body !== 0;
    const report: Report = {
      signal,
      fork,
      status: sip.status,
      reason: "",
      body: hasBody ? sip.body : undefined,
      contentType: !hasBody ? "" : sip.contentType === 0 ? sdp : sip.text(sip.contentType),
    };
    this.#user.signal(leg, owed === undefined ? report : { ...report, owed });
  }

  /** A 2xx need not repeat the answer that a reliable provisional response had (section 13.2.1). */
  tellAnswer(leg: SipLeg, fork: number): void {
    const body = sip.body === 0 ? leg.forks[fork]!.received?.description : undefined;
    if (body === undefined) return this.tell(leg, "answer", { fork });
    this.#user.signal(leg, { ...blankReport, signal: "answer", fork, status: 200, body, contentType: sdp });
  }

  tellStatus(leg: SipLeg, signal: Signal, { status, reason }: { status: number; reason: string }): void {
    this.#user.signal(leg, { signal, fork: 0, status, reason, body: undefined, contentType: "" });
  }

  /** What needs no words. */
  tellMark(leg: SipLeg, signal: "taken" | "settled", fork: number): void {
    this.#user.signal(leg, { ...blankReport, signal, fork });
  }
}
