import { deepEqual, equal } from "node:assert/strict";
import { error, notify, relay, request } from "./asked.ts";
import { Invitation, type Transfer } from "./transfer.js";
import { Transfers } from "./transfers.js";

/** The transfers of a call with bob, and how those of ours ended. */
function transfers() {
  const set = relay();
  const ends: string[] = [];
  const onEnd = ({ state, text }: Transfer) => ends.push(`${state}: ${text}`);
  return { ...set, ends, transfers: new Transfers({ ...set, name: "bob", onEnd }) };
}

Deno.test("Transfers ask one at a time, and tell how it fares to the end", () => {
  const { transfers: own, asked, tell, ends } = transfers();
  own.ask({ to: "sip:carol@x" });
  own.ask({ to: "dave" });
  deepEqual(asked, [{ messageType: "REFER", to: "sip:carol@x" }]);
  equal(own.ours?.text, "Asking bob to call carol …");
  tell({ type: "taken" });
  equal(own.ours?.text, "bob is calling carol …");
  tell(notify("progress", 180));
  equal(own.ours?.text, "bob is calling carol, and it rings …");
  tell(notify("final", 200));
  deepEqual([own.ours, ends], [undefined, ["done: bob is now talking with carol."]]);
});

Deno.test("Transfers that fail say why, and leave room for the next", () => {
  const { transfers: own, asked, answer, ends } = transfers();
  own.ask({ replaces: "other-id", name: "carol" });
  answer(error(603, "Decline"));
  own.ask({ to: "carol" });
  answer(notify("final", 486, "Busy Here"));
  own.ask({ to: "carol" });
  answer({ type: "lost" });
  deepEqual(asked[0], { messageType: "REFER", replaces: "other-id" });
  deepEqual(ends, [
    "failed: bob does not want to be sent on. (603 Decline)",
    "failed: bob could not reach carol. (486 Busy Here)",
    "failed: The connection was lost before anybody answered.",
  ]);
});

Deno.test("Transfers of the other side wait for the person: nothing is said before", () => {
  const { transfers: own } = transfers();
  const first = request({ to: "sip:premium@x", referToken: "t1" });
  own.arrived(first.request);
  deepEqual([first.answers, own.theirs?.name, own.theirs?.target], [[], "premium", "sip:premium@x"]);
  const second = request({ to: "sip:dave@x", referToken: "t2" });
  own.arrived(second.request);
  deepEqual(second.answers, ["ERROR 491"]);
  own.stay();
  deepEqual([first.answers, own.theirs], [["ERROR 603"], undefined]);
  equal(own.follow(), undefined);
  const third = request({ to: "sip:dave@x", referToken: "t3" });
  own.arrived(third.request);
  deepEqual(own.follow(), { to: "sip:dave@x", referToken: "t3" });
  deepEqual(third.answers, ["OK"]);
});

Deno.test("Transfers of a call that is over are declined, and nothing more is told of ours", () => {
  const { transfers: own, tell, ends } = transfers();
  const theirs = request({ to: "sip:dave@x" });
  own.arrived(theirs.request);
  own.ask({ to: "carol" });
  own.end();
  deepEqual(theirs.answers, ["ERROR 603"]);
  tell(notify("final", 200));
  deepEqual(ends, []);
});

Deno.test("Invitation that nobody answers is refused in time", async () => {
  const { request: refer, answers } = request({ to: "sip:dave@x" });
  await new Promise<void>((onLapse) => new Invitation(refer, { onLapse, patience: 1 }));
  deepEqual(answers, ["ERROR 480"]);
});
