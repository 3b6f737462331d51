// A registrar against a model that knows of nothing but which contacts there are and until when.

import assert from "node:assert/strict";
import fc from "fast-check";
import { Bindings } from "../../core/location/bindings.ts";
import { Registrar } from "../../core/location/registrar.ts";
import type { Response } from "../../core/sip/transaction/response.ts";
import { loadText } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import { countedRandom, DigestPhone, hash } from "../digest_phone.ts";

const realm = "ropeway.local";
const LIMIT = 3;

/** URI → second at which it ends. */
interface Model {
  now: number;
  readonly contacts: Map<string, number>;
}

class House {
  readonly bindings = new Bindings({ contactsPerUser: LIMIT });
  readonly registrar = new Registrar({
    domain: realm,
    accounts: new Map([["phone", "secret"]]),
    bindings: this.bindings,
    hash,
    random: countedRandom(),
  });
  readonly phone = new DigestPhone({ user: "phone", password: "secret", realm });
  #cseq = 0;

  register(lines: readonly string[], options: { flow: number; now: number }): Response {
    const challenge = this.#send(lines, options).lines?.[0] ?? "";
    return this.#send([...lines, this.phone.answer(challenge)], options);
  }

  #send(lines: readonly string[], { flow, now }: { flow: number; now: number }): Response {
    assert.equal(sip.read(loadText(this.phone.request({ cseq: ++this.#cseq, lines }))), 0);
    const arrival = { transport: "tcp", host: "192.0.2.1", port: 5060, flow, localPort: 5060 } as const;
    return this.registrar.register(arrival, now * 1000);
  }
}

type Command = fc.Command<Model, House>;

function live(model: Model): string[] {
  for (const [uri, end] of model.contacts) if (end <= model.now) model.contacts.delete(uri);
  return [...model.contacts.keys()].sort();
}

function compare(model: Model, house: House): void {
  const uris = house.bindings.of("phone", model.now * 1000).map((binding) =>
    "uri" in binding ? binding.uri : ""
  );
  assert.deepEqual(uris.sort(), live(model));
}

/** Contacts are named c1…: a phone at cN registers over flow N. */
class Register implements Command {
  constructor(readonly contact: number, readonly expires: number) {}
  check = () => true;
  run(model: Model, house: House): void {
    const uri = `sip:c${this.contact}@h`;
    const lines = [`Contact: <${uri}>;expires=${this.expires}`];
    const { status, contact } = house.register(lines, { flow: this.contact, now: model.now });
    const known = live(model);
    if (this.expires > 0 && this.expires < 60) assert.equal(status, 423);
    else if (this.expires === 0) {
      assert.equal(status, 200);
      model.contacts.delete(uri);
    } else if (!known.includes(uri) && known.length === LIMIT) assert.equal(status, 403);
    else {
      assert.equal(status, 200);
      model.contacts.set(uri, model.now + Math.min(this.expires, 3600));
    }
    if (status === 200) {
      const listed = (contact ?? "").matchAll(/<([^>]*)>;expires=(\d+)/g);
      assert.deepEqual(
        [...listed].map(([, uri, expires]) => [uri, model.now + Number(expires)]).sort(),
        [...model.contacts].sort(),
      );
    }
    compare(model, house);
  }
  toString = () => `Register(c${this.contact}, ${this.expires})`;
}

class RemoveAll implements Command {
  check = () => true;
  run(model: Model, house: House): void {
    const { status } = house.register(["Contact: *", "Expires: 0"], { flow: 1, now: model.now });
    assert.equal(status, 200);
    model.contacts.clear();
    compare(model, house);
  }
  toString = () => "RemoveAll";
}

class CloseFlow implements Command {
  constructor(readonly contact: number) {}
  check = () => true;
  run(model: Model, house: House): void {
    house.bindings.removeFlow(this.contact);
    model.contacts.delete(`sip:c${this.contact}@h`);
    compare(model, house);
  }
  toString = () => `CloseFlow(c${this.contact})`;
}

class Wait implements Command {
  constructor(readonly seconds: number, readonly sweeps: boolean) {}
  check = () => true;
  run(model: Model, house: House): void {
    model.now += this.seconds;
    if (this.sweeps) {
      house.bindings.sweep(model.now * 1000);
      assert.equal(house.bindings.size, live(model).length);
    }
    compare(model, house);
  }
  toString = () => `Wait(${this.seconds})`;
}

Deno.test("Registrar: the bindings are those that the requests asked for", () => {
  const contact = fc.integer({ min: 1, max: 5 });
  const commands = fc.commands([
    fc.tuple(contact, fc.constantFrom(0, 30, 60, 100, 3600, 7200)).map(([at, expires]) =>
      new Register(at, expires)
    ),
    fc.constant(new RemoveAll()),
    contact.map((at) => new CloseFlow(at)),
    fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.boolean()).map(([seconds, sweeps]) =>
      new Wait(seconds, sweeps)
    ),
  ], { maxCommands: 60 });
  fc.assert(fc.property(commands, (all) => {
    fc.modelRun(() => ({ model: { now: 10, contacts: new Map() }, real: new House() }), all);
  }));
});
