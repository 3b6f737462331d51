// Answers as long as they hold, and questions that are under way, shared by all who ask the same.

import type { Millis } from "../../core/context.ts";
import { type Answer, type Ask, type Kind, type Records, without } from "./question.ts";

/** Questions under way at once; one more fails at once. */
const PENDING_LIMIT = 1_024;
const ANSWER_LIMIT = 4_096;
/** Of all answers together. */
const RECORD_LIMIT = 32_768;
/** How long an answer that no longer holds may stand in when nobody can tell (RFC 8767 section 4), and how long it does so at a time. */
const STALE: Millis = 86_400_000;
const STALE_TTL: Millis = 30_000;

interface Look {
  readonly promise: Promise<Answer<Records[Kind]>>;
  /** Once it is known. */
  answer: Answer<Records[Kind]> | undefined;
  /** When it has to be asked again; Infinity while under way. */
  until: Millis;
  /** When a found answer is of no use any more. */
  staleUntil: Millis;
}

/** Puts a memory before `ask`. */
export function cached(
  ask: Ask,
  { now, pendingLimit = PENDING_LIMIT, answerLimit = ANSWER_LIMIT, recordLimit = RECORD_LIMIT }: {
    now: () => Millis;
    pendingLimit?: number;
    answerLimit?: number;
    recordLimit?: number;
  },
): Ask {
  /** The longest unused first. */
  const looks = new Map<string, Look>();
  let pending = 0;
  let records = 0;

  function drop(key: string, look: Look): void {
    looks.delete(key);
    records -= look.answer?.records.length ?? 0;
  }

  /** Lets go of what has not been used for longest. What is under way stays: somebody waits for it. */
  function makeRoom(): void {
    if (looks.size <= answerLimit && records <= recordLimit) return;
    for (const [key, look] of looks) {
      if (look.until === Infinity) continue;
      drop(key, look);
      if (looks.size <= answerLimit && records <= recordLimit) return;
    }
  }

  function keep(look: Look, answer: Answer<Records[Kind]>, key: string, old: Look | undefined): void {
    const time = now();
    look.answer = answer;
    look.until = time + answer.ttl;
    look.staleUntil = look.until + STALE;
    records += answer.records.length;
    const standsIn = answer.type === "failed" && old?.answer?.type === "found" && old.staleUntil > time;
    if (standsIn) {
      look.answer = old.answer;
      look.until = time + STALE_TTL;
      look.staleUntil = old.staleUntil;
      records += old.answer!.records.length;
    } else if (answer.ttl === 0 && answer.type !== "found") drop(key, look);
    makeRoom();
  }

  return async <Name extends Kind>(kind: Name, name: string): Promise<Answer<Records[Name]>> => {
    const key = `${kind} ${name}`;
    const known = looks.get(key);
    if (known !== undefined && known.until > now()) {
      looks.delete(key);
      looks.set(key, known);
      if (known.answer === undefined) return await known.promise as Answer<Records[Name]>;
      return { ...known.answer, ttl: known.until - now() } as Answer<Records[Name]>;
    }
    if (pending >= pendingLimit) {
      return (known?.answer?.type === "found" && known.staleUntil > now()
        ? known.answer
        : without("failed", 0)) as Answer<Records[Name]>;
    }
    if (known !== undefined) drop(key, known);
    pending++;
    const { promise, resolve } = Promise.withResolvers<Answer<Records[Kind]>>();
    const look: Look = { promise, answer: undefined, until: Infinity, staleUntil: 0 };
    looks.set(key, look);
    const answer = await ask(kind, name).catch(() => without("failed", 0));
    pending--;
    keep(look, answer, key, known);
    const told = look.answer === answer ? answer : { ...look.answer!, ttl: STALE_TTL };
    resolve(told);
    return told as Answer<Records[Name]>;
  };
}
