import assert from "node:assert/strict";
import { countedRandom, DigestPhone, hash } from "../../test/digest_phone.ts";
import { loadText } from "../../wasm/codec.ts";
import { sip } from "../../wasm/sip.ts";
import type { Transport } from "../hop.ts";
import type { Arrival } from "../sip/arrival.ts";
import type { Response } from "../sip/transaction/response.ts";
import { Bindings } from "./bindings.ts";
import { Registrar } from "./registrar.ts";

const realm = "ropeway.local";
const instance = "<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>";
const supported = "Supported: path, outbound";

interface Registering {
  readonly transport?: Transport;
  readonly flow?: number;
  readonly callId?: string;
  readonly now?: number;
}

function house() {
  const bindings = new Bindings();
  const accounts = new Map([["phone", "secret"]]);
  const registrar = new Registrar({ domain: realm, accounts, bindings, hash, random: countedRandom() });
  const phone = new DigestPhone({ user: "phone", password: "secret", realm });
  let cseq = 0;
  const register = (lines: readonly string[], options: Registering = {}): Response => {
    const { transport = "ws", flow = 1, callId = "one", now = 1000 } = options;
    const arrival: Arrival = { transport, host: "192.0.2.7", port: 40_000 + flow, flow, localPort: 8080 };
    const send = (more: readonly string[]) => {
      assert.equal(
        sip.read(loadText(phone.request({ cseq: ++cseq, callId, lines: [...lines, ...more] }))),
        0,
      );
      return registrar.register(arrival, now);
    };
    const [challenge = ""] = send([]).lines ?? [];
    return send([phone.answer(challenge)]);
  };
  const flows = () =>
    bindings.contactsOf("phone", 1000).map(({ hop, regId, uri }) => `${hop.flow}/${regId} ${uri}`);
  return { bindings, register, flows };
}

function flowContact(
  regId: number | string,
  uri = "sip:phone@x.invalid;transport=ws",
  name = instance,
): string {
  return `Contact: <${uri}>;reg-id=${regId};+sip.instance="${name}";expires=600`;
}

Deno.test("a flow is one binding by its instance and reg-id, whatever its URI and Call-ID: the newer connection's", () => {
  const { register, flows } = house();
  const first = register([supported, flowContact(1, "sip:phone@a.invalid")], { flow: 1, callId: "a" });
  assert.deepEqual([first.status, first.lines], [200, ["Require: outbound"]]);
  assert.equal(
    first.contact,
    `<sip:phone@a.invalid>;expires=600;+sip.instance="${instance}";reg-id=1`,
  );
  register([supported, flowContact(2, "sip:phone@a.invalid")], { flow: 2, callId: "b" });
  register([supported, flowContact(1, "sip:phone@c.invalid")], { flow: 3, callId: "c" });
  register([supported, flowContact(1, "sip:phone@c.invalid", "<urn:uuid:another>")], {
    flow: 4,
    callId: "d",
  });
  assert.deepEqual(flows().toSorted(), [
    "2/2 sip:phone@a.invalid",
    "3/1 sip:phone@c.invalid",
    "4/1 sip:phone@c.invalid",
  ]);
});

Deno.test("a flow is taken back by its name, and goes with its connection", () => {
  const { bindings, register, flows } = house();
  register([supported, flowContact(1)], { flow: 1, callId: "a" });
  register([supported, flowContact(2)], { flow: 2, callId: "b" });
  const gone = flowContact(1, "sip:phone@else.invalid").replace("600", "0");
  assert.equal(register([supported, gone], { flow: 1, callId: "a" }).status, 200);
  assert.deepEqual(flows(), ["2/2 sip:phone@x.invalid;transport=ws"]);
  bindings.removeFlow(2);
  assert.deepEqual(flows(), []);
});

Deno.test("a stream is told how often to say something; a WebSocket is asked by us", () => {
  const { register } = house();
  for (const transport of ["tcp", "tls"] as const) {
    assert.deepEqual(register([supported, flowContact(1)], { transport }).lines, [
      "Require: outbound",
      "Flow-Timer: 540",
    ]);
  }
  for (const transport of ["ws", "wss"] as const) {
    assert.deepEqual(register([supported, flowContact(1)], { transport }).lines, ["Require: outbound"]);
  }
});

Deno.test("without Supported: outbound, or over datagrams, it is a contact like others", () => {
  for (
    const [lines, transport] of [
      [["Supported: path", flowContact(1)], "ws"],
      [[supported, flowContact(1)], "udp"],
      [[supported, "Contact: <sip:phone@x.invalid;transport=ws>;reg-id=1"], "ws"],
      [[supported, `Contact: <sip:phone@x.invalid;transport=ws>;+sip.instance="${instance}"`], "ws"],
    ] as const
  ) {
    const { register, flows } = house();
    const { status, lines: told } = register(lines, { transport });
    assert.deepEqual([status, told], [200, []]);
    assert.deepEqual(flows(), ["1/0 sip:phone@x.invalid;transport=ws"]);
  }
});

Deno.test("a flow and a plain contact of the same URI are two", () => {
  const { register, flows } = house();
  register([supported, flowContact(1)], { flow: 1, callId: "a" });
  register(["Contact: <sip:phone@x.invalid;transport=ws>"], { flow: 2, callId: "b" });
  assert.equal(flows().length, 2);
  register(["Contact: <sip:phone@x.invalid;transport=ws>;expires=0"], { flow: 2, callId: "b" });
  assert.deepEqual(flows(), ["1/1 sip:phone@x.invalid;transport=ws"]);
});

Deno.test("whoever holds the flow has to say so: 439, unless the nearest Path has ob", () => {
  const via = "Via: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKedge";
  const cases = [
    [[via], 439],
    [[via, "Path: <sip:edge.example;lr>"], 439],
    [[via, "Path: <sip:edge.example;lr;ob>, <sip:far.example;lr>"], 439],
    [[via, "Path: <sip:far.example;lr>, <sip:edge.example;lr;ob>"], 200],
    [[via, "Path: <sip:far.example;lr>", "Path: <sip:edge.example;ob>"], 200],
  ] as const;
  for (const [lines, status] of cases) {
    const { register, flows } = house();
    assert.equal(register([...lines, supported, flowContact(1)]).status, status, lines.join(" "));
    assert.equal(flows().length, status === 200 ? 1 : 0);
  }
});

Deno.test("a flow's name that could not be written again, a wrong number, two flows at once: 400", () => {
  const { register, flows } = house();
  for (
    const lines of [
      [flowContact(0)],
      [flowContact("one")],
      [flowContact(2 ** 31)],
      [flowContact(1, undefined, "urn:uuid:bare")],
      [flowContact(1, undefined, "<urn:uuid:a b>")],
      [flowContact(1, undefined, '<a\\">')],
      [flowContact(1, undefined, `<${"a".repeat(256)}>`)],
      [flowContact(1), flowContact(2)],
    ]
  ) {
    assert.equal(register([supported, ...lines]).status, 400, lines.join(" "));
  }
  assert.deepEqual(flows(), []);
});
