import assert from "node:assert/strict";
import type { SipListener } from "../config/config.ts";
import type { Input } from "../input.ts";
import { RecordedLog } from "../../test/recording_relay.ts";
import type { Receiver, Sockets } from "../net/connection.ts";
import { openNative } from "../net/native.ts";
import { openSockets } from "../net/open_sockets.ts";
import { Overload } from "./overload.ts";

const roap: Input = { type: "roap", feed: 1, length: 2 };

/** A heap that can be waited for: each look at the load looks at it. */
class Heap {
  share = 0;
  #looks = 0;
  #waiting: { readonly looks: number; readonly resolve: () => void } | undefined;

  readonly look = (): number => {
    this.#looks++;
    if (this.#looks === this.#waiting?.looks) this.#waiting.resolve();
    return this.share;
  };

  /** Until the next look but one is about to be over: what this one says has been told by then. */
  told(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { looks: this.#looks + 2, resolve };
    });
  }
}

Deno.test("Overload takes everything, looks while there are inputs, and rests when there are none", async () => {
  const heap = new Heap();
  const log = new RecordedLog();
  const overload = new Overload({ log, heap: heap.look });
  assert.ok(overload.admits());
  assert.equal(overload.seen(roap), false);
  await heap.told();
  // the sanitizer sees that no timer is left
  const { refused, limit } = overload.counts;
  assert.deepEqual({ refused, limit }, { refused: 0, limit: Infinity });
  assert.deepEqual(log.lines, []);
});

Deno.test("Overload takes nothing new while the heap is full, says so once, and says when it is over", async () => {
  const heap = new Heap();
  heap.share = 0.8;
  const log = new RecordedLog();
  const overload = new Overload({ log, heap: heap.look });
  overload.seen(roap);
  await heap.told();
  for (let call = 0; call < 10; call++) assert.equal(overload.admits(), false);
  assert.equal(overload.counts.limit, 0);
  assert.equal(log.lines.length, 1);
  heap.share = 0.5;
  overload.seen(roap);
  await heap.told();
  assert.ok(overload.admits());
  assert.equal(overload.counts.refused, 10);
  assert.deepEqual(log.lines.map(({ level }) => level), ["warn", "warn"]);
  const { refused } = log.lines[1]!.fields as { refused: number };
  assert.equal(refused, 10);
  overload.close();
});

Deno.test("Overload turns browsers away when the heap is fuller yet; their coming alone is looked at", async () => {
  const heap = new Heap();
  heap.share = 0.9;
  const overload = new Overload({ log: new RecordedLog(), heap: heap.look });
  // nobody has looked yet
  assert.ok(overload.admitsLogin());
  await heap.told();
  assert.ok(overload.shedsLogins);
  assert.equal(overload.admitsLogin(), false);
  const { refused, refusedLogins, loginLimit } = overload.counts;
  assert.deepEqual({ refused, refusedLogins, loginLimit }, { refused: 0, refusedLogins: 1, loginLimit: 0 });
  heap.share = 0.5;
  await heap.told();
  assert.ok(overload.admitsLogin() && !overload.shedsLogins);
  overload.close();
});

Deno.test("Overload knows its datagrams among the peers', and how long they waited", async () => {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = socket.addr as Deno.NetAddr;
  const overload = new Overload({ log: new RecordedLog() });
  const listener: SipListener = { transport: "udp", host: "127.0.0.1", port };
  overload.watch([listener]);
  // nothing is open or under way before there is an input
  assert.equal(overload.seen(roap), false);
  const [bytes, from] = await socket.receive();
  const { hostname, port: source } = from as Deno.NetAddr;
  const arrival = { transport: "udp", host: hostname, port: source, flow: 0, localPort: port } as const;
  assert.equal(overload.seen({ type: "sip", arrival, bytes }), true);
  assert.equal(overload.seen({ type: "sip", arrival: { ...arrival, host: "127.0.0.2" }, bytes }), false);
  assert.equal(overload.seen({ type: "sip", arrival: { ...arrival, port: 9 }, bytes }), false);
  overload.close();
  socket.close();
});

Deno.test("Overload listens for the answer to its keep-alive, and does without one", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const overload = new Overload({ log: new RecordedLog() });
  overload.watch([{ transport: "tcp", host: "127.0.0.1", port: listener.addr.port }]);
  const asking = setInterval(() => overload.seen(roap), 5);
  const connection = await listener.accept();
  const buffer = new Uint8Array(16);
  assert.equal(await connection.read(buffer), 4);
  await connection.write(new Uint8Array([13, 10]));
  assert.equal(await connection.read(buffer), 4);
  connection.close();
  clearInterval(asking);
  overload.close();
  listener.close();
});

for (const kind of ["epoll", "plain"] as const) {
  Deno.test(`Overload sends bytes through the sockets of the WebSockets, moved by ${kind}`, async () => {
    const native = kind === "epoll" ? openNative() : undefined;
    const sockets = openSockets(native, () => {});
    const { promise, resolve } = Promise.withResolvers<void>();
    let turns = 0;
    const connect = sockets.connect.bind(sockets);
    const watched: Sockets = Object.assign(Object.create(sockets), {
      listen: sockets.listen.bind(sockets),
      connect(to: { host: string; port: number }, receiver: Receiver) {
        const connection = connect(to, receiver);
        const send = connection.send.bind(connection);
        connection.send = (bytes) => {
          if (++turns === 3) resolve();
          send(bytes);
        };
        return connection;
      },
    });
    const overload = new Overload({ log: new RecordedLog() });
    overload.watch([], watched);
    const asking = setInterval(() => overload.seen(roap), 5);
    // the third is sent once the second is back
    await promise;
    assert.equal(overload.counts.limit, Infinity);
    clearInterval(asking);
    overload.close();
    await sockets.close();
    await native?.close();
  });
}
