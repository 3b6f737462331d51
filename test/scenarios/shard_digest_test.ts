// Digest among shards: what one challenges another may be answered, once.

import assert from "node:assert/strict";
import { DigestPhone } from "../digest_phone.ts";
import type { Node, Source } from "./network.ts";
import { shardAddress, type ShardStage, shardStage } from "./shard_stage.ts";
import { header, parseSip, type SipText } from "./sip_text.ts";

const at = { transport: "udp", host: "192.0.2.7", port: 5070 } as const;

/** Sends REGISTERs as they are, and keeps the answers. */
class Sender implements Node {
  readonly nextTimer = undefined;
  readonly digest = new DigestPhone({ user: "desk", password: "secret", realm: "ropeway.test" });
  readonly #set: ShardStage;
  #cseq = 0;
  #last: SipText | undefined;

  constructor(set: ShardStage) {
    this.#set = set;
    set.network.attach(at, this);
  }

  tick(): void {}

  receive(bytes: Uint8Array, _from: Source): void {
    this.#last = parseSip(bytes);
  }

  /** The answer of a shard to a REGISTER with an Authorization line. */
  register(shard: number, ...lines: string[]): SipText {
    const request = this.digest.request({ cseq: ++this.#cseq, lines });
    this.#last = undefined;
    this.#set.network.send(new TextEncoder().encode(request), { from: at, to: shardAddress(shard) });
    this.#set.network.run(100);
    return this.#last!;
  }

  challenge(shard: number): string {
    return `WWW-Authenticate: ${header(this.register(shard), "www-authenticate")}`;
  }
}

Deno.test("a challenge of one shard is answered at the other, and again at the first", () => {
  const sender = new Sender(shardStage());
  const challenge = sender.challenge(0);
  for (const shard of [1, 0, 1]) {
    assert.equal(sender.register(shard, sender.digest.answer(challenge)).start, "200");
  }
});

Deno.test("an answer is good once, at whichever shard", () => {
  const sender = new Sender(shardStage());
  const answer = sender.digest.answer(sender.challenge(0));
  assert.equal(sender.register(0, answer).start, "200");
  for (const shard of [1, 0]) {
    const again = sender.register(shard, answer);
    assert.equal(again.start, "401");
    assert.match(header(again, "www-authenticate"), /stale=true/);
  }
});

Deno.test("a shard that was started again does not know what was used before, and asks anew", () => {
  const set = shardStage();
  const sender = new Sender(set);
  const challenge = sender.challenge(1);
  set.group.kill(1);
  set.restart(1);
  set.network.run(100);
  const stale = sender.register(1, sender.digest.answer(challenge));
  assert.match(header(stale, "www-authenticate"), /stale=true/);
  const fresh = `WWW-Authenticate: ${header(stale, "www-authenticate")}`;
  assert.equal(sender.register(0, sender.digest.answer(fresh)).start, "200");
});
