// What the tests of the page stand on: something that is asked and answers when told to, and requests that come.

import type { RoapMessage } from "./roap_message.js";
import { type RoapNews, RoapRequest } from "./roap_requests.js";

/** What was asked, how to answer it, and how often something changed. */
export function relay() {
  const asked: Partial<RoapMessage>[] = [];
  const waiting: ((news: RoapNews) => void)[] = [];
  const count = { changes: 0 };
  return {
    asked,
    count,
    ask: (message: Partial<RoapMessage>, hear: (news: RoapNews) => void) => {
      asked.push(message);
      waiting.push(hear);
    },
    /** Answers the oldest that waits. */
    answer: (news: RoapNews) => waiting.shift()!(news),
    /** Answers the newest and lets it wait on. */
    tell: (news: RoapNews) => waiting.at(-1)!(news),
    onChange: () => void count.changes++,
  };
}

export function request(message: Partial<RoapMessage>) {
  const answers: string[] = [];
  const answer = ({ messageType, status }: Partial<RoapMessage>) =>
    answers.push(`${messageType} ${status ?? ""}`.trim());
  return { request: new RoapRequest({ messageType: "", seq: 0, ...message }, { answer }), answers };
}

export function error(status: number, reason: string): RoapNews {
  return { type: "refused", message: { messageType: "ERROR", seq: 0, status, reason } };
}

export function notify(type: "progress" | "final", status: number, reason = ""): RoapNews {
  return { type, message: { messageType: "NOTIFY", seq: 0, status, reason } };
}
