// What a browser's page knows of one session: ids, seq and how far it is, told from the messages that went by (draft-jennings-rtcweb-signaling-01).

import type { RoapMessage } from "./browser.ts";

/** calling, called: the first OFFER has no final ANSWER. up: it had one. */
export interface BrowserSession {
  local: string;
  remote: string;
  seq: number;
  /** Seq of its first OFFER, whose ANSWER or ERROR decides; 0: an OFFER was asked for. */
  first: number;
  /** Whose OFFER was the last: its sender's id is the offererSessionId. */
  offerer: "local" | "remote";
  state: "calling" | "called" | "up" | "ended";
  /** The browser's own OFFER inside the session waits for its answer. */
  isOffering: boolean;
}

/** The ids of a session as its newest OFFER has them. */
export function idsOf({ local, remote, offerer }: BrowserSession): RoapMessage {
  const ids = offerer === "local" ? [local, remote] : [remote, local];
  return { messageType: "", offererSessionId: ids[0]!, answererSessionId: ids[1]! };
}

/** Takes note of a message. Answers the session it belongs to, if there is one. */
export function noteMessage(
  sessions: BrowserSession[],
  message: RoapMessage,
  way: "sent" | "received",
): BrowserSession | undefined {
  const { messageType, offererSessionId = "", answererSessionId = "", seq = 0, moreComing } = message;
  const offerer = way === "sent" ? "local" : "remote";
  const session = sessions.findLast(({ local, remote }) =>
    [offererSessionId, answererSessionId].some((id) => id !== "" && (id === local || id === remote))
  );
  if (session === undefined) {
    if (!["OFFER", "OFFER_REQUEST"].includes(messageType) || answererSessionId !== "") return undefined;
    const ids = way === "sent"
      ? { local: offererSessionId, remote: "" }
      : { local: "", remote: offererSessionId };
    const state = way === "sent" ? "calling" : "called";
    const first = messageType === "OFFER" ? seq : 0;
    const fresh: BrowserSession = { ...ids, seq, first, offerer, state, isOffering: false };
    sessions.push(fresh);
    return fresh;
  }
  if (session.state === "ended") return session;
  const isFirst = session.first === 0 || seq === session.first;
  const isFinal = messageType === "ANSWER" && moreComing !== true;
  if (messageType === "SHUTDOWN") session.state = "ended";
  if (messageType === "ERROR" && ((session.state !== "up" && isFirst) || message.errorType === "NOMATCH")) {
    session.state = "ended";
  }
  if (messageType === "ERROR" && seq === session.seq && message.errorType !== "CONFLICT") {
    session.isOffering = false;
  }
  if (isFinal && isFirst && session.state !== "up") {
    session.state = "up";
    if (way === "received") session.remote = answererSessionId;
    else session.local = answererSessionId;
  }
  if (isFinal && way === "received") session.isOffering = false;
  if (messageType === "OFFER" && way === "sent" && session.local === "") session.local = offererSessionId;
  if (messageType === "OFFER" && way === "received" && session.remote === "") {
    session.remote = offererSessionId;
  }
  if (messageType === "OFFER" && (way === "sent" || seq > session.seq)) {
    session.offerer = offerer;
    session.isOffering = way === "sent";
  }
  session.seq = Math.max(session.seq, seq);
  return session;
}
