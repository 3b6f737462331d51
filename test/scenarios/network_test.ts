import assert from "node:assert/strict";
import { type Address, Network, type NetworkOptions, type Node, type Source } from "./network.ts";

const left: Address = { transport: "udp", host: "192.0.2.1", port: 5060 };
const right: Address = { transport: "udp", host: "192.0.2.2", port: 5060 };

class Listener implements Node {
  readonly heard: { number: number; at: number; from: Source }[] = [];
  nextTimer: number | undefined = undefined;
  readonly #network: Network;

  constructor(network: Network) {
    this.#network = network;
  }

  receive(bytes: Uint8Array, from: Source): void {
    this.heard.push({ number: bytes[0]!, at: this.#network.now, from });
  }

  tick(): void {
    this.heard.push({ number: -1, at: this.#network.now, from: { ...right, flow: 0 } });
    this.nextTimer = undefined;
  }
}

function heardAfter(options: NetworkOptions, addresses = { from: left, to: right }) {
  const network = new Network(options);
  const listener = new Listener(network);
  network.attach(addresses.to, listener);
  for (let number = 0; number < 50; number++) network.send(new Uint8Array([number]), addresses);
  network.settle();
  return listener.heard.map(({ number }) => number);
}

const inOrder = Array.from({ length: 50 }, (_, number) => number);

Deno.test("Network delivers after the delay and tells the source", () => {
  const network = new Network({ delay: [25, 25] });
  const listener = new Listener(network);
  network.attach(right, listener);
  network.run(100);
  network.send(new Uint8Array([7]), { from: left, to: right });
  network.run(24);
  assert.deepEqual(listener.heard, []);
  network.run(1);
  assert.deepEqual(listener.heard, [{ number: 7, at: 125, from: { ...left, flow: 0 } }]);
});

Deno.test("Network reorders, loses and doubles datagrams, the same way for the same seed", () => {
  const options = { seed: 3, delay: [5, 80], loss: 0.2, duplicates: 0.2 } as const;
  const heard = heardAfter(options);
  assert.deepEqual(heard, heardAfter(options));
  assert.notDeepEqual(heard, heardAfter({ ...options, seed: 4 }));
  assert.notDeepEqual(heard, [...heard].sort((a, b) => a - b));
  assert.ok(new Set(heard).size < 50 && new Set(heard).size > 25);
  assert.ok(heard.length > new Set(heard).size);
});

Deno.test("Network keeps a stream whole and in order, and refuses where nobody listens", () => {
  const addresses = { from: { ...left, transport: "tcp" }, to: { ...right, transport: "tcp" } } as const;
  assert.deepEqual(heardAfter({ delay: [5, 80], loss: 0.5, lose: () => true }, addresses), inOrder);
  assert.equal(new Network().send(new Uint8Array([1]), addresses), false);
});

Deno.test("Network loses what it is told to lose, and keeps account of it", () => {
  const network = new Network({ lose: ({ serial }) => serial === 1 });
  const listener = new Listener(network);
  network.attach(right, listener);
  for (let number = 0; number < 3; number++) {
    network.send(new Uint8Array([number]), { from: left, to: right });
  }
  network.settle();
  assert.deepEqual(listener.heard.map(({ number }) => number), [0, 2]);
  assert.deepEqual(network.packets.map(({ fate }) => fate), ["delivered", "lost", "delivered"]);
});

Deno.test("Network ticks a node at its timer, and lets scripted things happen in time", () => {
  const network = new Network();
  const listener = new Listener(network);
  network.attach(right, listener);
  listener.nextTimer = 40;
  network.after(30, () => network.send(new Uint8Array([1]), { from: left, to: right }));
  network.after(20, () => network.send(new Uint8Array([2]), { from: left, to: right }));
  network.run(1000);
  assert.deepEqual(listener.heard.map(({ number, at }) => [number, at]), [[2, 30], [-1, 40], [1, 40]]);
  assert.equal(network.now, 1000);
});
