// The dispatcher for browsers: from a session's ids to its owner, and a clear answer where there is none.

import { faultStatus, faultText } from "../../wasm/codec.ts";
import {
  ERROR_TYPE_FAILED,
  ERROR_TYPE_NOMATCH,
  ROAP_ANSWER,
  ROAP_ERROR,
  ROAP_INFO,
  ROAP_MESSAGE,
  ROAP_OFFER,
  ROAP_OK,
  ROAP_PRANSWER,
  ROAP_REFER,
  ROAP_RINGING,
  ROAP_SHUTDOWN,
  ROAP_WAITING,
} from "../../wasm/assembly/roap_codes.ts";
import { roap } from "../../wasm/roap.ts";
import type { Context } from "../context.ts";
import { isOver, receiveRoap, refuseRoap, type RoapSession, takeReport } from "../roap/session.ts";
import type { Report } from "../leg.ts";
import { longer } from "../short_list.ts";
import type { Table } from "../table.ts";
import { countFault, type Feed, sessionsPerFeed } from "./feed.ts";

/** What the dispatcher hands on. */
export interface SessionUser {
  /** The first OFFER of a session, in the window. */
  offered(feed: Feed): void;
  signal(session: RoapSession, report: Report): void;
  /** A request that is no part of an offer's exchange, or what answers one, in the window. */
  own(feed: Feed, session: RoapSession | undefined): void;
  /** The session took an id that is another's, or found the table full: it cannot go on. */
  misfit(session: RoapSession): void;
}

/** A refusal in words, for an ERROR of the relay's own. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly errorType?: number;
}

export class Dispatcher {
  readonly #context: Context;
  readonly #sessions: Table<RoapSession, number>;
  readonly #feeds: Table<Feed, number>;
  readonly #user: SessionUser;

  constructor(
    options: {
      context: Context;
      sessions: Table<RoapSession, number>;
      feeds: Table<Feed, number>;
      user: SessionUser;
    },
  ) {
    this.#context = options.context;
    this.#feeds = options.feeds;
    this.#sessions = options.sessions;
    this.#user = options.user;
  }

  /** Input: a text of `length` bytes in the window, -1 = it was too long. */
  received(feed: Feed, length: number): void {
    // read also where nothing was loaded: it forgets the message before, whose ids are not for this ERROR
    const fault = roap.read(length);
    if (length < 0) return this.bad(feed, { status: 413, reason: "The message is longer than 65536 bytes" });
    if (fault !== 0) {
      const member = roap.faultMember === "" ? "" : ` (member ${roap.faultMember})`;
      const reason = `${faultText(fault)}${member} at byte ${roap.faultOffset}`;
      return this.bad(feed, { status: faultStatus(fault) || 400, reason });
    }
    if (!this.#speaks(feed, roap.type)) {
      const status = feed.dialect === "roap" ? 405 : 501;
      return this.bad(feed, { status, reason: "This message type is not served here" });
    }
    const session = this.#find(feed);
    if (isOwn(feed)) {
      if (session !== undefined) this.#context.call = session.call;
      return this.#user.own(feed, session);
    }
    if (session !== undefined) {
      this.#context.call = session.call;
      let report = receiveRoap(session, this.#context);
      const fits = this.index(session);
      for (; report !== undefined; report = takeReport(session)) this.#user.signal(session, report);
      if (!fits) this.#user.misfit(session);
      return;
    }
    if (roap.type === ROAP_OFFER && roap.answererSessionId === 0) {
      return this.#user.offered(feed);
    }
    // Neither wants an answer, and the session of either may have ended while it was on its way.
    if (roap.type === ROAP_ERROR || roap.type === ROAP_PRANSWER) return;
    return this.bad(feed, { status: 481, reason: "No such session", errorType: ERROR_TYPE_NOMATCH });
  }

  /** Writes an ERROR for the message in the window. */
  refuse(feed: Feed, { status, reason, errorType = ERROR_TYPE_FAILED }: Refusal): void {
    refuseRoap({
      feed: feed.feed,
      errorType,
      status,
      reason,
      offererSessionId: roap.offererSessionId === 0 ? "" : roap.text(roap.offererSessionId),
      answererSessionId: roap.answererSessionId === 0 ? "" : roap.text(roap.answererSessionId),
      seq: roap.seq,
      transactionId: roap.transactionId === 0 ? "" : roap.text(roap.transactionId),
      call: 0,
    }, this.#context);
  }

  /**
   * Makes a session one that is found by its ids. False: one of them is another session's of the same browser, the table is full, or its browser
   * has too many sessions; then the session has to be dropped.
   */
  index(session: RoapSession): boolean {
    if (isOver(session)) {
      this.drop(session);
      return true;
    }
    const { ids } = session;
    if (session.found === ids.length) return true;
    const feed = this.#feeds.get(session.feed);
    if (feed === undefined || (session.found === 0 && !this.#enter(feed, session))) return false;
    for (; session.found < ids.length; session.found++) {
      const holder = holderOf(feed, ids[session.found]!);
      if (holder !== undefined && holder !== session) return false;
    }
    return true;
  }

  /** Forgets a session. */
  drop(session: RoapSession): void {
    if (!this.#sessions.delete(session.key)) return;
    session.found = 0;
    const feed = this.#feeds.get(session.feed);
    if (feed !== undefined) feed.sessions = feed.sessions.filter((other) => other !== session);
  }

  /** Whether there is room for one more session: then there it is. */
  #enter(feed: Feed, session: RoapSession): boolean {
    if (this.#sessions.get(session.key) === session) return true;
    if (feed.closing || feed.sessions.length >= sessionsPerFeed) return false;
    if (!this.#sessions.set(session.key, session)) return false;
    feed.sessions = longer(feed.sessions, session);
    return true;
  }

  /** The session that the message in the window is for. */
  #find(feed: Feed): RoapSession | undefined {
    if (feed.sessions.length === 0) return undefined;
    const { answererSessionId, offererSessionId } = roap;
    const answerer = answererSessionId === 0 ? undefined : holderOf(feed, roap.text(answererSessionId));
    if (answerer !== undefined || offererSessionId === 0) return answerer;
    return holderOf(feed, roap.text(offererSessionId));
  }

  #speaks(feed: Feed, type: number): boolean {
    switch (type) {
      case ROAP_OFFER:
      case ROAP_ANSWER:
      case ROAP_OK:
      case ROAP_SHUTDOWN:
      case ROAP_ERROR:
        return true;
      case ROAP_RINGING:
      case ROAP_WAITING:
      case ROAP_PRANSWER:
      case ROAP_INFO:
      case ROAP_MESSAGE:
      case ROAP_REFER:
        return feed.dialect === "roap.ims";
      default:
        return false;
    }
  }

  /** Refuses the message in the window, and counts it among those that a browser should not send. */
  bad(feed: Feed, refusal: Refusal): void {
    this.refuse(feed, refusal);
    if (!countFault(feed, this.#context.now) || feed.closing) return;
    feed.closing = true;
    this.#context.outputs.push({
      type: "close",
      feed: feed.feed,
      code: 1008,
      reason: "Too many bad messages",
    });
  }
}

/** Only `roap.ims` has requests of their own: to `roap` a transactionId is an unknown member. */
function isOwn(feed: Feed): boolean {
  if (roap.type === ROAP_INFO || roap.type === ROAP_MESSAGE || roap.type === ROAP_REFER) return true;
  if (roap.transactionId === 0 || feed.dialect === "roap") return false;
  return roap.type === ROAP_OK || roap.type === ROAP_ERROR;
}

/** A browser has few sessions, and a session few ids: to look through them takes less than a table of them all would. */
export function holderOf({ sessions }: Feed, id: string): RoapSession | undefined {
  for (const session of sessions) {
    for (let at = 0; at < session.found; at++) {
      if (session.ids[at] === id) return session;
    }
  }
  return undefined;
}
