import assert from "node:assert/strict";
import { Heed } from "../../test/socket_pair.ts";
import { EpollSockets } from "./epoll_sockets.ts";
import { EFD_NONBLOCK_CLOEXEC, EPOLLIN } from "./libc.ts";
import { openNative } from "./native.ts";
import type { Watched } from "./reactor.ts";

/** The same on each kind of sockets is in sockets_test.ts: this is what only epoll has. */
function testReactor(name: string, story: (sockets: EpollSockets) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const native = openNative()!;
      const sockets = new EpollSockets(native, (error) => {
        throw error;
      });
      try {
        await story(sockets);
      } finally {
        await sockets.close();
        await native.close();
      }
    },
  });
}

testReactor(
  "Reactor does not turn while nothing happens, and wakes as soon as something does",
  async (sockets) => {
    const heed = new Heed();
    const { port } = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
    const client = await Deno.connect({ hostname: "127.0.0.1", port });
    const heard = await heed.next();
    await new Promise((resolve) => setTimeout(resolve, 0));
    const before = sockets.reactor.turns;
    // A quarter of a second of nothing, measured by the same clock that would wake a busy loop.
    await new Promise((resolve) => setTimeout(resolve, 250));
    assert.ok(sockets.reactor.turns - before <= 2, `${sockets.reactor.turns - before} turns`);
    await client.write(new Uint8Array([1]));
    await heard.happens("received");
    client.close();
  },
);

testReactor(
  "Reactor looks no more often than the clock ticks while much happens",
  async (sockets) => {
    const heed = new Heed();
    const { port } = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
    const client = await Deno.connect({ hostname: "127.0.0.1", port });
    client.setNoDelay(true);
    const heard = await heed.next();
    const ours = await heard.connection;
    heard.react = (bytes) => ours.send(bytes);
    const buffer = new Uint8Array(1);
    const start = performance.now();
    for (let round = 0; round < 100; round++) {
      await client.write(buffer);
      await client.read(buffer);
    }
    const turns = sockets.reactor.turns;
    assert.ok(turns <= 230 + 2 * (performance.now() - start), `${turns} turns`);
    client.close();
  },
);

testReactor(
  "Reactor loses no event and gives none to another when descriptors are closed and used again",
  async (sockets) => {
    const heed = new Heed();
    const { port } = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
    for (let round = 0; round < 20; round++) {
      const clients = await Promise.all(
        Array.from({ length: 10 }, () => Deno.connect({ hostname: "127.0.0.1", port })),
      );
      const pairs = await Promise.all(clients.map(async (client) => {
        const heard = await heed.next();
        return { client, heard, ours: await heard.connection };
      }));
      // All are ready in one turn; the first to be served closes the others and opens new ones, which get their numbers.
      const opened: Deno.TcpConn[] = [];
      let served = 0;
      const done = Promise.withResolvers<void>();
      for (const { heard } of pairs) {
        heard.react = async () => {
          if (++served > 1) return;
          for (const other of pairs) if (other.heard !== heard) other.ours.abort();
          opened.push(...await Promise.all(pairs.map(() => Deno.connect({ hostname: "127.0.0.1", port }))));
          done.resolve();
        };
      }
      for (const { client } of pairs) client.write(new Uint8Array([round])).catch(() => {});
      await done.promise;
      const fresh = await Promise.all(opened.map(() => heed.next()));
      assert.equal(served, 1);
      assert.ok(fresh.every(({ events }) => events.length === 0));
      for (const client of [...clients, ...opened]) client.close();
    }
  },
);

testReactor("Reactor serves the others while one sends without an end", async (sockets) => {
  const heed = new Heed();
  const { port } = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
  const [loud, quiet] = [
    await Deno.connect({ hostname: "127.0.0.1", port }),
    await Deno.connect({ hostname: "127.0.0.1", port }),
  ];
  const [first, second] = [await heed.next(), await heed.next()];
  let over = false;
  const flood = (async () => {
    while (!over) await loud.write(new Uint8Array(65_536));
  })();
  await first.until(() => first.bytes > 1_000_000);
  await quiet.write(new Uint8Array([1]));
  const other = [first, second].find((heard) => heard.bytes < 1_000)!;
  await other.happens("received");
  over = true;
  await flood;
  loud.close();
  quiet.close();
});

testReactor("Reactor runs all events of a turn within what its user does around them", async (sockets) => {
  const heed = new Heed();
  const { port } = sockets.listen({ host: "127.0.0.1", port: 0 }, heed);
  const clients: Deno.TcpConn[] = [];
  for (let count = 0; count < 5; count++) clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
  const heard = await Promise.all(clients.map(() => heed.next()));
  let within = false;
  let outside = 0;
  let turns = 0;
  sockets.reactor.around = (events) => {
    within = true;
    turns++;
    events();
    within = false;
  };
  for (const one of heard) one.react = () => within || outside++;
  await Promise.all(clients.map((client) => client.write(new Uint8Array([1]))));
  await Promise.all(heard.map((one) => one.happens("received")));
  assert.equal(outside, 0);
  assert.ok(turns <= 5);
  for (const client of clients) client.close();
});

testReactor("Reactor ends while it sleeps", async (sockets) => {
  sockets.listen({ host: "127.0.0.1", port: 0 }, new Heed());
  await new Promise((resolve) => setTimeout(resolve, 0));
  await sockets.close();
  await sockets.reactor.close();
});

/** Counters of the kernel that are not zero and that nobody reads: each is ready for ever. */
async function withReady(
  { watched, now, until }: {
    watched: readonly Watched[];
    now?: () => number;
    until: () => boolean;
  },
): Promise<{ turns: number; rested: number }> {
  const native = openNative(now)!;
  const { reactor, libc } = native;
  const descriptors = watched.map(() => libc.calls.eventfd(1, EFD_NONBLOCK_CLOEXEC));
  watched.forEach((one, at) => reactor.add(descriptors[at]!, EPOLLIN, one));
  while (!until()) await new Promise((resolve) => setTimeout(resolve, 0));
  const { turns, rested } = reactor;
  for (const descriptor of descriptors) {
    reactor.remove(descriptor);
    libc.calls.close(descriptor);
  }
  await native.close();
  return { turns, rested };
}

class Counter implements Watched {
  served = 0;
  errors: unknown[] = [];
  constructor(
    readonly isShared: boolean,
    readonly react: () => boolean,
  ) {}

  ready(): boolean {
    this.served++;
    return this.react();
  }

  failed(error: unknown): void {
    this.errors.push(error);
  }
}

const onLinux = Deno.build.os === "linux";

Deno.test({
  name:
    "Reactor serves what many peers share in each turn while something is left, and all the others in their round",
  ignore: !onLinux,
  fn: async () => {
    const crowd = Array.from({ length: 500 }, () => new Counter(false, () => false));
    const shared = new Counter(true, () => true);
    const { turns } = await withReady({ watched: [...crowd, shared], until: () => shared.served >= 1_000 });
    // some ten turns until it is found for the first time, and the first of all, from the sleep
    assert.ok(shared.served >= turns - 20 && shared.served <= turns, `${shared.served} of ${turns}`);
    const most = Math.max(...crowd.map(({ served }) => served));
    const least = Math.min(...crowd.map(({ served }) => served));
    assert.ok(least >= 10 && most - least <= 2, `${least} to ${most}`);
  },
});

Deno.test({
  name: "Reactor serves what many peers share like the others once nothing is left, and when it has failed",
  ignore: !onLinux,
  fn: async () => {
    const crowd = Array.from({ length: 300 }, () => new Counter(false, () => false));
    let left = 20;
    const shared = new Counter(true, () => --left > 0);
    const broken: Counter = new Counter(true, () => {
      if (broken.served === 10) throw new Error("broken");
      return broken.served < 10;
    });
    await withReady({ watched: [...crowd, shared, broken], until: () => shared.served >= 40 });
    const round = crowd[0]!.served;
    assert.ok(Math.abs(shared.served - 20 - round) <= 20 && round >= 15, `${shared.served}, ${round} rounds`);
    assert.ok(broken.served <= round + 12, `${broken.served}, ${round} rounds`);
    assert.deepEqual(broken.errors.map(String), ["Error: broken"]);
  },
});

for (
  const { ready, rests } of [{ ready: 1, rests: true }, { ready: 40, rests: false }, {
    ready: 200,
    rests: false,
  }]
) {
  Deno.test({
    name:
      `Reactor takes a wait that was long for rest when it brings few events, not when it brings a crowd: ${ready}`,
    ignore: !onLinux,
    fn: async () => {
      let clock = 0;
      let end = 0;
      const crowd = Array.from({ length: ready }, () => new Counter(false, () => false));
      const last = crowd.at(-1)!;
      const { rested } = await withReady({
        watched: crowd,
        // a wait is two looks at the clock: longer than what counts as rest, and turns are still dense
        now: () => clock += 0.06,
        until: () => {
          end = clock;
          return last.served >= 200;
        },
      });
      // the sleep before the first turn was a rest in any case
      assert.equal(rested > end / 2, rests, `rested at ${rested} of ${end}`);
    },
  });
}
