// The relay's side of a dialog against RFC 3261 section 12: tags, CSeq, route set and remote target, with PRACK, UPDATE and re-INVITE of either side in any
// order. What the relay has to say next is known to the party at the other end; the model knows only whether there is a call.

import assert from "node:assert/strict";
import fc from "fast-check";
import { Browser } from "../scenarios/browser.ts";
import { Network } from "../scenarios/network.ts";
import { RelayNode } from "../scenarios/relay_node.ts";
import {
  answerSdp,
  assertNothingLeft,
  holdSdp,
  offerSdp,
  phoneAddress,
  relayAddress,
} from "../scenarios/stage.ts";
import { DialogParty } from "./dialog_party.ts";

interface Begin {
  /** Whether the relay is the caller. */
  readonly isCalled: boolean;
  /** Reliable responses before the 2xx. */
  readonly responses: number;
  readonly earlyRoutes: number;
  readonly routes: number;
  /** Of the session timer, in seconds; the relay refreshes. */
  readonly session: number;
}

interface Model {
  isUp: boolean;
}

class Stage {
  readonly network = new Network();
  readonly node: RelayNode;
  readonly alice = new Browser("alice", { answer: answerSdp });
  readonly party: DialogParty;

  constructor(begin: Begin) {
    const ims = `sip:${phoneAddress.host}:${phoneAddress.port}`;
    this.node = new RelayNode({ network: this.network, host: relayAddress.host, ims });
    this.node.open(this.alice, { user: "alice", dialect: "roap" });
    this.party = new DialogParty(this.network);
    this.party.session = begin.session;
    if (begin.isCalled) this.#called(begin);
    else this.party.call("sip:alice@ropeway.test", { routes: routes(begin.routes), peer: relayAddress });
    this.pass(200);
    assert.equal(this.alice.session.state, "up", this.party.story());
    this.party.isUp = true;
    // from now on there are numbers that are old
    this.party.request("OPTIONS");
    this.pass(100);
  }

  pass(time: number): void {
    this.network.run(time);
  }

  #called({ responses, earlyRoutes, routes: last }: Begin): void {
    this.alice.call("sip:bob@example.org", offerSdp);
    this.pass(100);
    for (let number = 0; number < responses; number++) {
      this.party.progress(routes(earlyRoutes), number === 0 ? answerSdp : "");
      this.pass(100);
      assert.equal(this.party.count("PRACK"), number + 1);
    }
    this.party.answer(routes(last), responses > 0 ? "" : answerSdp);
  }
}

type Command = fc.Command<Model, Stage>;

/** One whose outcome is known as long as the call is up. */
class Act implements Command {
  readonly #name: string;
  readonly #act: (stage: Stage) => void;

  constructor(name: string, act: (stage: Stage) => void) {
    this.#name = name;
    this.#act = act;
  }

  check = ({ isUp }: Model) => isUp;

  run(_model: Model, stage: Stage): void {
    this.#act(stage);
    assert.ok(stage.party.isUp, stage.party.story());
    assert.equal(stage.alice.session.state, "up", stage.alice.story());
  }

  toString = () => this.#name;
}

/** A request of the party's, and how it is answered. */
function asks(method: string, status: string, parts: Parameters<DialogParty["request"]>[1] = {}): Act {
  return new Act(`party: ${method} ${JSON.stringify(parts)}`, ({ network, party }) => {
    const branch = party.request(method, parts);
    network.run(200);
    assert.equal(party.outcome(branch), status, party.story());
  });
}

/** An OFFER of the browser's that the party answers with this status line, "" = 200. */
function offers(refusal: string, sent: number): Act {
  return new Act(`alice: OFFER, answered ${refusal || "200"}`, ({ alice, network, party }) => {
    const before = party.count("INVITE");
    party.refusal = refusal;
    alice.reoffer(holdSdp);
    network.run(5000);
    assert.equal(party.count("INVITE") - before, sent);
    assert.equal(party.refusal, "");
  });
}

class End implements Command {
  readonly #who: "party" | "alice";

  constructor(who: "party" | "alice") {
    this.#who = who;
  }

  check = ({ isUp }: Model) => isUp;

  run(model: Model, { alice, network, party }: Stage): void {
    model.isUp = false;
    if (this.#who === "alice") alice.end();
    else party.request("BYE");
    network.run(500);
    if (this.#who === "alice") assert.equal(party.isUp, false, party.story());
    assert.equal(alice.session.state, "ended", alice.story());
    const branch = party.request("UPDATE");
    network.run(100);
    assert.equal(party.outcome(branch), "481");
  }

  toString = () => `${this.#who} ends`;
}

const acts = [
  asks("INVITE", "200", { sdp: offerSdp }),
  asks("INVITE", "200", { sdp: holdSdp, skip: 7 }),
  asks("INVITE", "200", { sdp: offerSdp, lines: [["Record-Route", "<sip:10.0.0.66;lr>"]] }),
  asks("UPDATE", "200"),
  asks("UPDATE", "200", { sdp: holdSdp, skip: 100 }),
  asks("OPTIONS", "200"),
  asks("INVITE", "500", { sdp: offerSdp, skip: -1 }),
  asks("UPDATE", "500", { skip: -1 }),
  asks("BYE", "500", { skip: -1 }),
  asks("BYE", "481", { tag: "stranger" }),
  asks("PRACK", "481", { lines: [["RAck", "1 1 INVITE"]] }),
  asks("INVITE", "415", { sdp: offerSdp, lines: [["Content-Encoding", "gzip"]] }),
  asks("UPDATE", "420", { lines: [["Require", "levitation"]] }),
  offers("", 1),
  offers("488 Not Acceptable Here", 1),
  offers("491 Request Pending", 2),
  new Act("time passes", ({ network }) => network.run(61_000)),
];

const begins: fc.Arbitrary<Begin> = fc.record({
  isCalled: fc.boolean(),
  responses: fc.nat(3),
  earlyRoutes: fc.nat(2),
  routes: fc.nat(2),
  session: fc.constantFrom(0, 100),
});

Deno.test("in any order of PRACK, UPDATE, re-INVITE and what is refused, each request of the relay's is its dialog's next", () => {
  const commands = fc.commands([
    ...acts.map((act) => fc.constant(act)),
    fc.constantFrom("party", "alice").map((who) => new End(who as "party" | "alice")),
  ], { maxCommands: 24, size: "max" });
  fc.assert(
    fc.property(begins, commands, (begin, sequence) => {
      const stage = new Stage(begin);
      const model: Model = { isUp: true };
      fc.modelRun(() => ({ model, real: stage }), sequence);
      if (model.isUp) stage.alice.end();
      stage.pass(1000);
      assertNothingLeft(stage);
    }),
    { numRuns: 300 },
  );
});

/** Route values of proxies that are the party itself, one after the other. */
function routes(count: number): string[] {
  return Array.from(
    { length: count },
    (_, at) => `<sip:${phoneAddress.host}:${phoneAddress.port};lr;hop=${at}>`,
  );
}
