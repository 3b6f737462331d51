// How long does turning an OFFER into an INVITE take, and a 200 into an ANSWER? From the payload of a WebSocket message to the bytes of a datagram and back.

import type { Budget, Group } from "../group.ts";
import { type Message, OFFERS, OK_MESSAGES } from "../messages.ts";
import { work } from "../rounds.ts";
import { sameBytes } from "../same.ts";
import { plainTranslator } from "../translators/plain.ts";
import { ropewayTranslator } from "../translators/ropeway.ts";

const TRANSLATORS = [plainTranslator, ropewayTranslator];
const ENGINE = "JSON.parse and JSON.stringify";

const BUDGETS: readonly Budget[] = [
  { target: ropewayTranslator.name, against: [plainTranslator.name], most: 1 / 4 },
  { target: ropewayTranslator.name, against: [ENGINE], most: 1 },
];

/** Two groups a size. What the translators write is compared byte by byte first. */
export function translatingGroups(): Group[] {
  return [...OFFERS.map(inviteGroup), ...OK_MESSAGES.map(answerGroup)];
}

function inviteGroup(offer: Message): Group {
  sameBytes(TRANSLATORS.map(({ name, invite, written }) => [name, written(invite(offer.bytes)).slice()]));
  return {
    name: `${offer.name} → INVITE`,
    bytes: offer.bytes.length,
    targets: [
      ...TRANSLATORS.map(({ name, invite }) => work(name, () => invite(offer.bytes))),
      engine(offer.text),
    ],
    budgets: BUDGETS,
  };
}

function answerGroup(ok: Message): Group {
  for (const { receive } of TRANSLATORS) receive?.(ok.bytes);
  sameBytes(TRANSLATORS.map(({ name, answer, written }) => [name, written(answer(ok.bytes)).slice()]));
  return {
    name: `${ok.name} → ROAP ANSWER`,
    bytes: ok.bytes.length,
    targets: [
      ...TRANSLATORS.map(({ name, answer, receive }) =>
        work(name, () => answer(ok.bytes), () => receive?.(ok.bytes))
      ),
      engine(new TextDecoder().decode(plainTranslator.written(plainTranslator.answer(ok.bytes)))),
    ],
    budgets: BUDGETS,
  };
}

/** What the engine alone takes for the JSON half, in and out again, from a string to a string. */
function engine(text: string) {
  return work(ENGINE, () => JSON.stringify(JSON.parse(text)).length);
}
