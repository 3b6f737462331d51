import assert from "node:assert/strict";
import type { PeerMessage } from "../../core/peer_message.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import { type Delivered, RecordingInputs } from "../../test/recording_inputs.ts";
import { jsonFrame, KIND_HELLO, KIND_PEER, writeSipFrame } from "./frame.ts";
import { Interconnect } from "./interconnect.ts";

interface Sent {
  readonly hop: object;
  readonly text: string;
  readonly transaction: string;
}

/** Shards' interconnects without the shards. */
class Group implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync({ dir: "/tmp", prefix: "ropeway-test-" });
  readonly #all: Interconnect[] = [];

  shard(own: number, state: readonly PeerMessage[] = []) {
    const inputs = new RecordingInputs();
    const log = new RecordedLog();
    const sent: Sent[] = [];
    const interconnect = new Interconnect({ own, shards: 3, directory: this.directory, log });
    this.#all.push(interconnect);
    interconnect.listen();
    const sip = {
      send: ({ hop, bytes, transaction }: { hop: object; bytes: Uint8Array; transaction: string }) =>
        void sent.push({ hop, text: text(bytes), transaction }),
      flush() {},
    };
    const start = (...dial: number[]) =>
      interconnect.start({ inputs, sip, toTell: () => state.values(), dial });
    return { interconnect, inputs, log, sent, start };
  }

  path(shard: number): string {
    return `${this.directory}/${shard}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const interconnect of this.#all) interconnect.close();
    await Deno.remove(this.directory, { recursive: true });
  }
}

const hop = { transport: "udp", host: "192.0.2.7", port: 5070, flow: 0 } as const;

Deno.test("siblings greet each other, and each hears what the other knows", async () => {
  await using group = new Group();
  const known: PeerMessage = { type: "feeds", user: "alice", count: 1 };
  const first = group.shard(0, [known]);
  const second = group.shard(1);
  first.start();
  await second.start(0);
  assert.deepEqual([first.interconnect.linked, second.interconnect.linked], [[1], [0]]);
  assert.deepEqual(await first.inputs.next(), { type: "peerUp", shard: 1 });
  assert.deepEqual(await second.inputs.next(), { type: "peerUp", shard: 0 });
  assert.deepEqual(await second.inputs.next(), { type: "peer", shard: 0, message: known });
  first.interconnect.announce({ ...known, count: 0 });
  assert.deepEqual(await second.inputs.next(), { type: "peer", shard: 0, message: { ...known, count: 0 } });
});

Deno.test("a message over the loop, one that was forwarded and one to be sent arrive as what they are", async () => {
  await using group = new Group();
  const first = group.shard(0);
  const second = group.shard(1);
  first.start();
  await second.start(0);
  await second.inputs.next();
  const { interconnect } = first;
  const loop = { transport: "loop", host: "192.0.2.1", port: 5062, flow: 0, shard: 1 } as const;
  assert.equal(interconnect.send({ hop: loop, bytes: bytes("over the loop"), transaction: "t" }), "sent");
  assert.deepEqual(await second.inputs.sip(), {
    type: "sip",
    arrival: { transport: "loop", host: "192.0.2.1", port: 5062, flow: 0, localPort: 0, shard: 0 },
    text: "over the loop",
  });
  const tcp = { ...hop, transport: "tcp", flow: 9 } as const;
  assert.ok(interconnect.forward({ shard: 1, source: tcp, bytes: bytes("forwarded") }));
  assert.deepEqual(await second.inputs.sip(), {
    type: "sip",
    arrival: { ...tcp, localPort: 0, shard: 0 },
    text: "forwarded",
  });
  interconnect.send({ hop: { ...tcp, shard: 1 }, bytes: bytes("to be sent"), transaction: "branch INVITE" });
  interconnect.announce({ type: "feeds", user: "last", count: 1 });
  await second.inputs.next();
  assert.deepEqual(second.sent, [{ hop: tcp, text: "to be sent", transaction: "@0 branch INVITE" }]);
  assert.ok(second.interconnect.failed("@0 branch INVITE"));
  assert.ok(!second.interconnect.failed("branch INVITE"));
  await first.inputs.next();
  assert.deepEqual(await first.inputs.next(), { type: "transportFailed", transaction: "branch INVITE" });
});

Deno.test("a sibling that goes is told of at once; one that comes in its place is linked again", async () => {
  await using group = new Group();
  const first = group.shard(0);
  const second = group.shard(1);
  first.start();
  await second.start(0);
  await first.inputs.next();
  second.interconnect.close();
  assert.deepEqual(await first.inputs.next(), { type: "peerGone", shard: 1 });
  assert.equal(
    first.interconnect.send({ hop: { ...hop, shard: 1 }, bytes: bytes("x"), transaction: "" }),
    "gone",
  );
  assert.equal(first.interconnect.forward({ shard: 1, source: hop, bytes: bytes("x") }), false);
  const again = group.shard(1);
  await again.start(0);
  assert.deepEqual(await first.inputs.next(), { type: "peerUp", shard: 1 });
});

Deno.test("a link that breaks while both live is dialled again", async () => {
  await using group = new Group();
  const second = group.shard(1);
  const listener = Deno.listen({ transport: "unix", path: group.path(0) });
  const started = second.start(0);
  const connection = await listener.accept();
  await connection.write(jsonFrame(KIND_HELLO, 0));
  await started;
  connection.close();
  const again = await listener.accept();
  await again.write(jsonFrame(KIND_HELLO, 0));
  assert.deepEqual(await types(second.inputs, 3), ["peerUp", "peerGone", "peerUp"]);
  again.close();
  listener.close();
});

Deno.test("a sibling that does not read: its queue has an end, and what it missed it hears anew", async () => {
  await using group = new Group();
  const second = group.shard(1);
  const listener = Deno.listen({ transport: "unix", path: group.path(0) });
  const started = second.start(0);
  const connection = await listener.accept();
  await connection.write(jsonFrame(KIND_HELLO, 0));
  await started;
  const message = { hop: { ...hop, shard: 0 }, bytes: new Uint8Array(60_000), transaction: "t" };
  let taken = 0;
  while (second.interconnect.send(message) === "sent") taken++;
  assert.ok(taken > 100 && taken < 200, `${taken} messages of 60 kB`);
  assert.equal(second.interconnect.forward({ shard: 0, source: hop, bytes: message.bytes }), false);
  assert.equal(second.interconnect.lost, 2);
  // small ones may still fit
  const long = { type: "contacts", user: "desk", put: [], gone: Array(50).fill("u".repeat(1_000)) } as const;
  for (let count = 0; count < 3; count++) second.interconnect.announce(long);
  assert.deepEqual(await types(second.inputs, 2), ["peerUp", "peerGone"]);
  connection.close();
  listener.close();
});

Deno.test("what makes no sense ends its link and nothing else", async () => {
  const sip = new Uint8Array(200);
  const short = sip.slice(0, writeSipFrame(1, { hop, transaction: "", bytes: bytes("x") }, sip));
  short[5] = 9; // no transport
  const nonsense: Uint8Array[] = [
    new Uint8Array(100).fill(0xff),
    jsonFrame(KIND_PEER, { type: "feeds" }),
    jsonFrame(KIND_PEER, "{"),
    jsonFrame(99, 1),
    short,
  ];
  await using group = new Group();
  const first = group.shard(0);
  first.start();
  const dial = () => Deno.connect({ transport: "unix", path: group.path(0) });
  for (const frame of nonsense) {
    const connection = await dial();
    await connection.write(jsonFrame(KIND_HELLO, 1));
    await connection.write(frame);
    await ends(connection);
    assert.deepEqual(await types(first.inputs, 2), ["peerUp", "peerGone"]);
  }
  for (
    const hello of [jsonFrame(KIND_HELLO, 0), jsonFrame(KIND_HELLO, 3), jsonFrame(KIND_HELLO, "1"), short]
  ) {
    const connection = await dial();
    await connection.write(hello);
    await ends(connection);
  }
  const second = group.shard(1);
  await second.start(0);
  assert.deepEqual(await types(first.inputs, 1), ["peerUp"]);
});

Deno.test("settle calls back behind all that the siblings have said before", async () => {
  await using group = new Group();
  const first = group.shard(0);
  const second = group.shard(
    1,
    Array.from({ length: 500 }, (_, at) => ({ type: "feeds", user: `u${at}`, count: 1 })),
  );
  first.start();
  await second.start(0);
  second.interconnect.announce({ type: "feeds", user: "last", count: 1 });
  await new Promise<void>((resolve) => assert.ok(first.interconnect.settle(resolve)));
  const users = first.inputs.all.flatMap((input) =>
    input.type === "peer" && "user" in input.message ? [input.message.user] : []
  );
  assert.equal(users.length, 501);
  assert.ok(users.includes("last") && users.includes("u499"));
});

async function types(inputs: RecordingInputs, count: number): Promise<Delivered["type"][]> {
  const found: Delivered["type"][] = [];
  while (found.length < count) found.push((await inputs.next()).type);
  return found;
}

/** Resolves when the other side has closed; reads what it says until then. */
async function ends(connection: Deno.UnixConn): Promise<void> {
  const buffer = new Uint8Array(4_096);
  try {
    while (await connection.read(buffer) !== null);
  } catch {
    // reset: closed with something unread
  }
  connection.close();
}

function bytes(message: string): Uint8Array {
  return new TextEncoder().encode(message);
}

function text(message: Uint8Array): string {
  return new TextDecoder().decode(message);
}
