// INVITE with Replaces, and a browser's OFFER that does the same for a transfer: the new leg joins a call in another's place (RFC 3891 section 3).

import { HEADER_REPLACES } from "../../wasm/assembly/codes.ts";
import { errorTypeOf } from "../../wasm/envelope.ts";
import { sip } from "../../wasm/sip.ts";
import type { Context } from "../context.ts";
import type { Report } from "../leg.ts";
import { createRoapSession, receiveRoap } from "../roap/session.ts";
import type { Flows } from "../sip/flows.ts";
import type { SipLeg } from "../sip/session/leg.ts";
import { acceptLeg } from "../sip/session/open_leg.ts";
import { findReplaced, type Replaced } from "../sip/replaces.ts";
import type { Response } from "../sip/transaction/response.ts";
import type { ServerTransaction } from "../sip/transaction/server_transaction.ts";
import type { Table } from "../table.ts";
import type { Call, Leg } from "./call.ts";
import type { Calls } from "./calls.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Feed } from "./feed.ts";
import type { Transfer } from "./transfer.ts";

/** The call, and who in it is to be replaced. */
interface Place {
  readonly call: Call;
  readonly replaced: Leg;
}

export interface ReplacingParts {
  readonly context: Context;
  readonly calls: Calls;
  readonly dispatcher: Dispatcher;
  readonly legTable: Table<SipLeg>;
  readonly flows: Flows;
}

export class Replacing {
  readonly #parts: ReplacingParts;

  constructor(parts: ReplacingParts) {
    this.#parts = parts;
  }

  /** The OFFER in the window carries a transfer out. False: the transfer replaces nobody that we know, and it is a call like any other. */
  offered(feed: Feed, transfer: Transfer): boolean {
    const { calls, context, dispatcher, legTable } = this.#parts;
    if (transfer.replaces === "") return false;
    const found = findReplaced(transfer.replaces, legTable);
    if (found === undefined) return false;
    const place = this.#place(found);
    if ("status" in place) {
      const { status, reason = "" } = place;
      calls.fares(transfer.id, status, reason);
      dispatcher.refuse(feed, { status, reason, errorType: errorTypeOf(status) });
      return true;
    }
    const { call, replaced } = place;
    context.call = call.id;
    const key = calls.nextId();
    const session = createRoapSession({
      key,
      feed: feed.feed,
      dialect: feed.dialect,
      call: call.id,
      context,
    });
    const report = receiveRoap(session, context);
    if (report?.signal !== "offer") return true;
    if (!dispatcher.index(session)) {
      dispatcher.drop(session);
      calls.fares(transfer.id, 503, "");
      dispatcher.refuse(feed, { status: 503, reason: "The relay has all the sessions it can take" });
      return true;
    }
    call.transfer = transfer.id;
    if (!call.users.includes(feed.user)) call.users.push(feed.user);
    calls.replace(call, { replaced, joining: session, report });
    return true;
  }

  /** The INVITE in the window has Replaces, and may call here. */
  invited(transaction: ServerTransaction): SipLeg | Response {
    const { calls, context, flows, legTable } = this.#parts;
    if (sip.count(HEADER_REPLACES) > 1) return { status: 400, reason: "More than one Replaces" };
    const found = findReplaced(sip.text(sip.value(HEADER_REPLACES)), legTable);
    if (found === undefined) return { status: 481, reason: "Replaces names no dialog" };
    const place = this.#place(found);
    if ("status" in place) return place;
    const { call, replaced } = place;
    context.call = call.id;
    transaction.call = call.id;
    const user = replaced.type === "sip" ? replaced.user : "";
    const leg = acceptLeg(context, { transaction, call: call.id, user });
    const { key } = leg.forks[0]!.dialog;
    if (!legTable.set(key, leg) || !legTable.set(leg.mergeKey, leg)) {
      legTable.delete(key);
      return { status: 503, lines: ["Retry-After: 5"] };
    }
    transaction.owner = leg;
    flows.join(leg);
    const report: Report = {
      signal: "offer",
      fork: 0,
      status: 0,
      reason: "",
      body: sip.body === 0 ? undefined : sip.body,
      contentType: sip.body === 0 ? "" : "application/sdp",
    };
    calls.replace(call, { replaced, joining: leg, report });
    return leg;
  }

  #place({ leg, end, earlyOnly }: Replaced): Place | Response {
    const { calls } = this.#parts;
    const call = calls.get(leg.call);
    // section 3: 603 for a dialog that has ended, 481 for an early one that we cannot take over
    if (call === undefined || leg.state === "ended") {
      return { status: 603, reason: "The dialog in Replaces has ended" };
    }
    if (leg.chosen < 0) return { status: 481, reason: "The dialog in Replaces is not confirmed" };
    if (earlyOnly) return { status: 486, reason: "The dialog in Replaces is confirmed" };
    const replaced = end === "own" ? leg : calls.otherLeg(leg);
    if (replaced === undefined) return { status: 481, reason: "Replaces names no dialog" };
    if (call.state !== "established" || call.replaced !== undefined) {
      return { status: 500, reason: "The call is about to change", lines: ["Retry-After: 1"] };
    }
    return { call, replaced };
  }
}
