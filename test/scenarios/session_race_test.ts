// A session refresh of the relay's (RFC 4028) crosses whatever the two sides may do, at every distance in time: the call that nobody has ended goes on, can be
// changed by either side, and is refreshed the next time too.

import assert from "node:assert/strict";
import { allow, answeredAt, called, expires, noUpdate, required } from "./session_stage.ts";
import { answerSdp, assertNothingLeft, holdSdp } from "./stage.ts";
import type { TerminalStage } from "./terminal_stage.ts";

type Acts = Readonly<Record<string, (set: TerminalStage) => void>>;

const half = 900_000;
const changeSdp = answerSdp.replace("5000", "5004");
/** The relay stays the one who refreshes. */
const refresh = [["Supported", "timer"], expires("1800;refresher=uas")] as const;

const acts: Acts = {
  "alice holds": ({ alice }) => alice.session.state === "up" && alice.reoffer(holdSdp),
  "alice hangs up": ({ alice }) => alice.end(),
  "alice closes the page": ({ alice }) => alice.leave(),
  "the terminal says re-INVITE": ({ phone }) =>
    phone.state === "up" && phone.request("INVITE", { sdp: changeSdp, lines: refresh }),
  "the terminal says UPDATE": ({ phone }) => phone.state === "up" && phone.update(changeSdp),
  "the terminal refreshes too": ({ phone }) =>
    phone.state === "up" && phone.request("UPDATE", { lines: refresh }),
  "the terminal hangs up": ({ phone }) => phone.state === "up" && phone.bye(),
};

/** Both directions of both wires, with some room. */
const widest = 50;

for (const [how, lines] of [["UPDATE", allow], ["re-INVITE", noUpdate]] as const) {
  for (const [name, act] of Object.entries(acts)) {
    Deno.test(`a refresh by ${how} goes out, and ${name}`, () => {
      for (let gap = -widest; gap <= widest; gap += 5) {
        const set = called({ answer: answerSdp, says: [lines, required, expires("1800;refresher=uac")] });
        const { alice, network, phone } = set;
        network.run(answeredAt(set) + half - widest - network.now);
        network.after(widest + gap, () => act(set));
        // what was refused to both goes again, and a little more
        network.run(20_000);
        const told = () => `${gap} ms\nalice ${alice.story()}\nphone ${phone.story()}`;
        const isEnded = /hangs up|closes/.test(name);
        assert.equal(alice.session.state, isEnded ? "ended" : "up", told());
        assert.equal(phone.state, isEnded ? "ended" : "up", told());
        if (!isEnded) {
          const before = refreshes(phone);
          network.run(1_000_000);
          assert.ok(refreshes(phone) > before, told());
          const answers = alice.all("ANSWER").length;
          alice.reoffer(holdSdp);
          network.run(1000);
          assert.equal(alice.all("ANSWER").length, answers + 1, told());
          assert.equal(phone.state, "up", told());
          alice.end();
        }
        assertNothingLeft(set);
      }
    });
  }
}

/** UPDATEs and INVITEs of the relay's so far. */
function refreshes(phone: TerminalStage["phone"]): number {
  return phone.count("UPDATE") + phone.count("INVITE");
}
