// Neither side can keep the other from its turn.

import assert from "node:assert/strict";
import { Relay } from "../core/relay/relay.ts";
import { Phone } from "../test/datagrams.ts";
import { Flooder } from "../test/flooder.ts";
import { RecordedLog } from "../test/recording_relay.ts";
import { Browser, defaults, Served } from "../test/served.ts";
import { hash } from "./hash.ts";
import { CryptoRandom } from "./random.ts";
import { bindServer } from "./server.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";

Deno.test("a flood of garbage on UDP leaves browsers their turn", async () => {
  const server = bindServer(defaults, {
    createRelay: (config, tables) =>
      new Relay({ config, tables, random: new CryptoRandom(), hash, now: performance.now() }),
    resolver: { resolve: () => Promise.resolve({ hops: [], isSure: true }), dead() {} },
    log: new RecordedLog(),
    page: new Map(),
  });
  await server.start();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => server.stop());
  const browser = (user: string) =>
    stack.use(new Browser(new WebSocket(`ws://127.0.0.1:${server.http.port}/ws?user=${user}`)));
  const flooder = stack.use(new Flooder("udp", String(server.sip[0]!.port)));
  await flooder.flooding();
  const before = server.datagrams.received;
  for (let call = 0; call < 20; call++) {
    await using alice = browser(`alice${call}`);
    await using bob = browser(`bob${call}`);
    await Promise.all([alice.opened, bob.opened]);
    const offer = { messageType: "OFFER", offererSessionId: "a", seq: 1, tieBreaker: 1, sdp: SDP };
    alice.socket.send(JSON.stringify({ ...offer, to: `bob${call}` }));
    const { offererSessionId } = JSON.parse(await bob.text());
    const answer = { messageType: "ANSWER", offererSessionId, answererSessionId: "b", seq: 1, sdp: SDP };
    bob.socket.send(JSON.stringify(answer));
    const answered = JSON.parse(await alice.text());
    assert.deepEqual([answered.messageType, answered.sdp], ["ANSWER", SDP]);
  }
  const taken = server.datagrams.received - before;
  assert.ok(taken > 1_000, `Only ${taken} datagrams came meanwhile`);
});

Deno.test("a flood of texts on a WebSocket leaves SIP its turn", async () => {
  await using served = new Served();
  const { relay } = served;
  let texts = 0;
  relay.react = (seen) => {
    if (seen.type === "roap") texts++;
    if (seen.type !== "sip") return;
    const { host, port } = seen.arrival;
    relay.send({ transport: "udp", host, port, flow: 0 }, seen.text);
    relay.seen.length = 0;
  };
  using phone = new Phone();
  await using flooder = new Flooder("websocket", `ws://${served.host}/ws?user=alice`);
  await flooder.flooding();
  const before = texts;
  for (let i = 0; i < 200; i++) {
    await phone.send(`OPTIONS ${i}`, served.server.sip[0]!);
    assert.equal((await phone.receive()).text, `OPTIONS ${i}`);
  }
  assert.ok(texts - before > 100, `Only ${texts - before} texts came meanwhile`);
});
