// What a person at a browser or a phone may do at a moment, and doing one of it by chance.

import type { Browser, RoapMessage } from "./browser.ts";
import type { Phone } from "./phone.ts";
import { answerSdp, holdSdp } from "./stage.ts";

interface Act {
  readonly name: string;
  /** How likely next to the others: the less, the more it ends. */
  readonly weight: number;
  readonly act: () => void;
}

/** Does something that is possible. Answers what, "" when nothing is. */
export function actByChance(people: readonly (Browser | Phone)[], chance: () => number): string {
  const possible = people.flatMap((person) => "sessions" in person ? browserActs(person) : phoneActs(person));
  let at = chance() * possible.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = possible.find(({ weight }) => (at -= weight) < 0);
  chosen?.act();
  return chosen?.name ?? "";
}

function browserActs(browser: Browser): Act[] {
  const { name, sessions } = browser;
  const session = sessions.at(-1);
  if (session === undefined || session.state === "ended" || !browser.isOpen) return [];
  const acts: Act[] = [
    { name: `${name} hangs up`, weight: 1, act: () => browser.end() },
    { name: `${name} closes the page`, weight: 0.3, act: () => browser.leave() },
  ];
  const offer = unanswered(browser);
  if (offer !== undefined) {
    acts.push({ name: `${name} answers`, weight: 10, act: () => browser.accept(offer, answerSdp) });
    acts.push({ name: `${name} refuses`, weight: 1, act: () => browser.refuse(offer) });
  }
  if (session.state === "up" && !session.isOffering) {
    acts.push({ name: `${name} offers`, weight: 6, act: () => browser.reoffer(holdSdp) });
  }
  return acts;
}

function unanswered(browser: Browser): RoapMessage | undefined {
  const offer = browser.all("OFFER").at(-1);
  const { session } = browser;
  if (offer === undefined || session.offerer === "local" || offer.seq !== session.seq) return undefined;
  const isAnswered = browser.sent.some(({ messageType, seq, offererSessionId }) =>
    (messageType === "ANSWER" || messageType === "ERROR") && seq === offer.seq &&
    offererSessionId === offer.offererSessionId
  );
  return isAnswered ? undefined : offer;
}

function phoneActs(phone: Phone): Act[] {
  const { user, state } = phone;
  const acts: Act[] = [];
  const may = (name: string, weight: number, act: () => void) =>
    acts.push({ name: `${user} ${name}`, weight, act });
  if (phone.isAsked) {
    may("rings", 3, () => phone.ring());
    may("has early media", 1, () => phone.progress(answerSdp));
    may("answers", 10, () => phone.answer(answerSdp));
    may("refuses", 1, () => phone.reject("486 Busy Here"));
  }
  if (state === "calling") may("cancels", 1, () => phone.cancel());
  if (state === "up") {
    may("hangs up", 1, () => phone.bye());
    may("asks in vain", 1, () => phone.request("INFO"));
    if (!phone.isAsked && !phone.isOffering) may("offers", 6, () => phone.reinvite(holdSdp));
  }
  return acts;
}
