// The network tells what becomes of a registration (RFC 3680, RFC 6665 section 4.1, 3GPP TS 24.229 sections 5.1.1.3, 5.1.1.5A and 5.1.1.7).

import assert from "node:assert/strict";
import { numberOf } from "./home_network.ts";
import { assertLeft, contactOf, type ImsStage, registered } from "./ims_stage.ts";
import { header } from "./sip_text.ts";

/** The network says of alice's contact, in the subscription to it. */
function say(set: ImsStage, attributes: string, uri = contactOf(set)): void {
  const contact = `<contact id="c" ${attributes}><uri>${uri}</uri></contact>`;
  set.home.notify(set.home.last("SUBSCRIBE"), { contact });
  set.network.run(1_000);
}

Deno.test("a registered identity watches its own registration, and takes its leave", () => {
  const set = registered();
  const { browser, home, network } = set;
  const subscribe = home.last("SUBSCRIBE");
  assert.equal(subscribe.requestUri, "sip:alice@home.test");
  assert.equal(header(subscribe, "event"), "reg");
  assert.equal(header(subscribe, "accept"), "application/reginfo+xml");
  assert.match(header(subscribe, "route"), /orig@10\.0\.0\.9/);
  assert.equal(header(subscribe, "p-preferred-identity"), "<sip:alice@home.test>");
  assert.equal(home.last("200").headers.find(([name]) => name === "cseq")?.[1], "1 NOTIFY");
  browser.leave();
  network.run(5_000);
  const last = home.last("SUBSCRIBE");
  assert.equal(header(last, "expires"), "0");
  assert.equal(header(last, "call-id"), header(subscribe, "call-id"));
  assert.equal(home.count("481"), 0);
  assertLeft(set);
});

for (const event of ["deactivated", "expired", "unregistered"]) {
  Deno.test(`${event}: registered again at once`, () => {
    const set = registered();
    set.network.run(20_000);
    say(set, `state="terminated" event="${event}"`);
    assert.equal(set.home.count("REGISTER"), 3);
    assert.equal(set.home.bindings.size, 1);
    // a new subscription for the new registration
    const calls = set.home.requests("SUBSCRIBE").map((request) => header(request, "call-id"));
    assert.equal(new Set(calls).size, 2);
    assertLeft(set);
  });
}

Deno.test("a network that takes every registration back is not asked in a circle", () => {
  const set = registered();
  const { home, network } = set;
  home.habits.set("SUBSCRIBE", (subscribe) => {
    if (header(subscribe, "expires") === "0") return false;
    home.subscribe(subscribe);
    network.after(20, () => {
      const contact = `<contact id="c" state="terminated" event="deactivated"><uri>${
        contactOf(set)
      }</uri></contact>`;
      home.notify(subscribe, { contact });
    });
    return true;
  });
  say(set, 'state="terminated" event="deactivated"');
  network.run(600_000);
  assert.ok(home.count("REGISTER") < 60, `${home.count("REGISTER")}`);
  assertLeft(set);
});

Deno.test("rejected: it is over, and the browser hears of it", () => {
  const set = registered();
  say(set, 'state="terminated" event="rejected"');
  assert.equal(set.browser.closeCode, 1008);
  set.network.run(600_000);
  assert.equal(set.home.count("REGISTER"), 2);
  set.home.bindings.clear();
  assertLeft(set);
});

Deno.test("probation: registered again after the time that the network names", () => {
  const set = registered();
  say(set, 'state="terminated" event="probation" retry-after="100"');
  set.network.run(97_000);
  assert.equal(set.home.count("REGISTER"), 2);
  set.network.run(23_000);
  assert.equal(set.home.count("REGISTER"), 3);
  assertLeft(set);
});

Deno.test("shortened: refreshed by the time that is left", () => {
  const set = registered();
  say(set, 'state="active" event="shortened" expires="60"');
  set.network.run(28_000);
  assert.equal(set.home.count("REGISTER"), 2);
  set.network.run(3_000);
  assert.equal(set.home.count("REGISTER"), 3);
  assertLeft(set);
});

Deno.test("what is said of another contact changes nothing", () => {
  const set = registered();
  say(set, 'state="terminated" event="rejected"', "sip:alice@10.0.0.77");
  assert.equal(set.browser.closeCode, 0);
  assert.equal(set.home.count("REGISTER"), 2);
  assertLeft(set);
});

Deno.test("the subscription is refreshed in its dialog, and begun anew when the notifier has forgotten it", () => {
  const set = registered();
  const { home, network } = set;
  network.run(3_000_000);
  const [first, second] = home.requests("SUBSCRIBE");
  assert.equal(header(second!, "call-id"), header(first!, "call-id"));
  assert.equal(numberOf(second!), numberOf(first!) + 1);
  home.habits.set("SUBSCRIBE", (subscribe) => {
    if (header(subscribe, "call-id") !== header(first!, "call-id")) return false;
    home.respond(subscribe, "481 Subscription does not exist");
    return true;
  });
  network.run(3_100_000);
  assert.notEqual(header(home.last("SUBSCRIBE"), "call-id"), header(first!, "call-id"));
  assertLeft(set);
});

Deno.test("a network without the package is asked once; one that fails, more slowly each time", () => {
  for (const [status, most] of [["489 Bad Event", 1], ["500 Server Internal Error", 12]] as const) {
    const set = registered({
      prepare: (home) => {
        home.habits.set("SUBSCRIBE", (subscribe) => {
          home.respond(subscribe, status);
          return true;
        });
      },
    });
    set.network.run(3_600_000);
    const times = set.home.count("SUBSCRIBE");
    assert.ok(times <= most && (most === 1 || times > 4), `${status}: ${times}`);
    assertLeft(set);
  }
});

Deno.test("a notifier that never notifies: the subscription is begun anew (timer N)", () => {
  const set = registered({
    prepare: (home) => {
      home.habits.set("SUBSCRIBE", (subscribe) => {
        home.respond(subscribe, "200 OK", [["Contact", "<sip:notifier@10.0.0.9:5060>"], ["Expires", "3600"]]);
        return true;
      });
    },
  });
  set.network.run(30_000);
  assert.equal(set.home.count("SUBSCRIBE"), 1);
  set.network.run(40_000);
  assert.equal(set.home.count("SUBSCRIBE"), 2);
  assertLeft(set);
});

Deno.test("a NOTIFY that comes before the 200 counts", () => {
  const set = registered({
    prepare: (home) => {
      home.habits.set("SUBSCRIBE", (subscribe) => {
        if (header(subscribe, "expires") === "0") return false;
        home.notify(subscribe, { tag: "early" });
        const contact = ["Contact", "<sip:notifier@10.0.0.9:5060>"] as const;
        home.respond(subscribe, "200 OK", [contact, ["Expires", "3600"]], { tag: "early" });
        return true;
      });
    },
  });
  set.network.run(100_000);
  assert.equal(set.home.count("SUBSCRIBE"), 1);
  assertLeft(set);
});

Deno.test("423 to SUBSCRIBE: asked again for as long as the notifier wants", () => {
  const set = registered({
    prepare: (home) => {
      home.habits.set("SUBSCRIBE", (subscribe) => {
        if (Number(header(subscribe, "expires")) !== 600_000) return false;
        home.respond(subscribe, "423 Interval Too Brief", [["Min-Expires", "700000"]]);
        return true;
      });
    },
  });
  set.network.run(1_000);
  assert.deepEqual(set.home.requests("SUBSCRIBE").map((request) => header(request, "expires")), [
    "600000",
    "700000",
  ]);
  assertLeft(set);
});

Deno.test("the network ends the subscription: at once again, later, or not again, as its reason says", () => {
  const cases = [["deactivated", 1_000], ["probation;retry-after=50", 65_000], ["noresource", 0]] as const;
  for (const [reason, within] of cases) {
    const set = registered();
    const { home, network } = set;
    home.notify(home.last("SUBSCRIBE"), { state: `terminated;reason=${reason}` });
    if (within > 1_000) {
      network.run(49_000);
      assert.equal(home.count("SUBSCRIBE"), 1, reason);
    }
    network.run(within === 0 ? 3_600_000 : within);
    assert.equal(home.count("SUBSCRIBE"), within === 0 ? 1 : 2, reason);
    assertLeft(set);
  }
});

Deno.test("NOTIFYs that fit nothing: 481, 489, 400; and what is no document is passed over", () => {
  const set = registered();
  const { home, network } = set;
  const subscribe = home.last("SUBSCRIBE");
  const answered = (act: () => void) => {
    const before = home.received.length;
    act();
    network.run(200);
    return home.received.slice(before).map(({ start }) => start).join(" ");
  };
  assert.equal(answered(() => home.notify(subscribe, { tag: "stranger" })), "481");
  assert.equal(answered(() => home.notify(subscribe, { event: "presence" })), "489");
  assert.equal(answered(() => home.notify(subscribe, { state: ";;" })), "400");
  assert.equal(answered(() => home.notify(subscribe, { body: "<reginfo" })), "200");
  const stranger = {
    ...subscribe,
    headers: subscribe.headers.map(([name, value]) => [name, name === "call-id" ? "other" : value] as const),
  };
  assert.equal(answered(() => home.notify(stranger, {})), "481");
  assert.equal(home.count("REGISTER"), 2);
  assertLeft(set);
});
