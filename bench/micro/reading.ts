// How long does reading one SIP message take, from a datagram's bytes to decoded fields?

import type { Absent, Budget, Group } from "../group.ts";
import { type Message, SIP_MESSAGES } from "../messages.ts";
import { type Peer, startPeer } from "../peers/peer.ts";
import { drachtio } from "../readers/drachtio.ts";
import type { Reader } from "../readers/fields.ts";
import { jssip } from "../readers/jssip.ts";
import { plainSpans, plainTexts } from "../readers/plain.ts";
import { ropeway, ropewayInPlace, ropewayTexts } from "../readers/ropeway.ts";
import { npmSip } from "../readers/sip.ts";
import { sipjs } from "../readers/sipjs.ts";
import { work } from "../rounds.ts";
import { sameFields, sameFieldsInPlace, samePeerFields } from "../same.ts";

const NPM_READERS: readonly Reader[] = [drachtio, npmSip, jssip, sipjs];
const PLAIN_READERS: readonly Reader[] = [plainTexts, plainSpans];
const OTHER_READERS: readonly Reader[] = [ropeway, ropewayTexts, ...NPM_READERS];

/** One group a message. Every reader's fields are compared first. The peers belong to `stack`. */
export async function readingGroups(stack: AsyncDisposableStack, into: string): Promise<Group[]> {
  const peers: Peer[] = [];
  const absent: Absent[] = [];
  for (const which of ["sofia", "osip"] as const) {
    const peer = await startPeer(which, { messages: SIP_MESSAGES, into });
    if ("why" in peer) absent.push(peer);
    else peers.push(stack.use(peer));
  }
  const groups: Group[] = [];
  for (const [at, message] of SIP_MESSAGES.entries()) {
    groups.push(await group(message, { at, peers, absent }));
  }
  return groups;
}

async function group(
  message: Message,
  { at, peers, absent }: { at: number; peers: readonly Peer[]; absent: readonly Absent[] },
): Promise<Group> {
  sameFields([...PLAIN_READERS, ...OTHER_READERS], message);
  const wanted = plainTexts.fields(message.bytes);
  sameFieldsInPlace(ropewayInPlace, message, wanted);
  for (const peer of peers) await samePeerFields(peer, { message, at, wanted });
  const { length } = message.bytes;
  const target = ({ name, read }: Reader) => work(name, () => read(message.bytes));
  return {
    name: `read ${message.name}`,
    bytes: message.bytes.length,
    targets: [
      ...PLAIN_READERS.map(target),
      work(
        ropewayInPlace.name,
        () => ropewayInPlace.read(length),
        () => ropewayInPlace.receive(message.bytes),
      ),
      ...OTHER_READERS.map(target),
      ...peers.flatMap((peer) =>
        (peer.nameInPlace === "" ? [false] : [true, false]).map((inPlace) => peer.target(at, inPlace))
      ),
    ],
    absent,
    budgets: message.name.startsWith("INVITE") ? BUDGETS : [],
  };
}

const BUDGETS: readonly Budget[] = [
  {
    target: ropewayInPlace.name,
    against: ["sofia-sip (C), in place", "sofia-sip (C), copied in"],
    most: 1 / 10,
  },
  { target: ropewayInPlace.name, against: NPM_READERS.map(({ name }) => name), most: 1 / 25 },
];
