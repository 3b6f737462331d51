import assert from "node:assert/strict";
import { Served, testServed } from "../test/served.ts";
import { ListenError } from "./listen_error.ts";

Deno.test("bindServer says where it listens and tells core its real ports", async () => {
  await using served = new Served();
  const { http, sip } = served.server;
  assert.deepEqual(served.server.lines, [
    `http http://127.0.0.1:${http.port}/ (${Deno.build.os === "linux" ? "epoll" : "plain"})`,
    `sip udp:127.0.0.1:${sip[0]!.port} (${Deno.build.os === "linux" ? "batched" : "plain"})`,
    `sip tcp:127.0.0.1:${sip[1]!.port}`,
  ]);
  assert.deepEqual(served.relayConfig, {
    domain: "ropeway.test",
    listeners: [...sip, { transport: "ws", host: http.host, port: http.port }],
    accounts: new Map(),
    ims: undefined,
    failover: 0,
    session: { interval: 0, minimum: 90 },
    digest: ["SHA-256"],
  });
  for (const port of [http.port, sip[0]!.port, sip[1]!.port]) assert.ok(port > 0);
});

Deno.test("bindServer writes IPv6 listeners in brackets", async () => {
  await using served = new Served({ http: { host: "::1", port: 0 }, sip: [] });
  assert.equal(
    served.server.lines[0],
    `http http://[::1]:${served.server.http.port}/ (${Deno.build.os === "linux" ? "epoll" : "plain"})`,
  );
});

Deno.test("bindServer leaves nothing open when a port is in use", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const probe = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const sip = [{ transport: "udp", host: "127.0.0.1", port } as const];
  assert.throws(() => new Served({ sip, http: { host: "127.0.0.1", port: taken.addr.port } }), (error) => {
    assert.ok(error instanceof ListenError);
    assert.equal(
      error.message,
      `Cannot listen on http 127.0.0.1:${taken.addr.port}: the port is in use`,
    );
    return true;
  });
  taken.close();
  await using _again = new Served({ sip });
});

testServed(
  "a server whose clock is hours ahead, as a shard's is: core's timers ring in time while much happens",
  async (serve) => {
    const now = () => performance.now() + 10 * 3_600_000;
    await using served = serve({}, { now });
    const [listener] = served.server.sip;
    const phone = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: listener!.port };
    let due = 0;
    served.relay.react = (seen) => {
      if (seen.type !== "sip") return;
      const { transport, host, port, flow } = seen.arrival;
      served.relay.send({ transport, host, port, flow }, "SIP/2.0 200 OK");
      // by then it has been busy for a while
      if (served.relay.seen.length === 50) served.relay.nextTimer = due = now() + 20;
    };
    let late = Infinity;
    served.relay.next("tick").then((tick) => late = tick.now - due);
    for (const end = performance.now() + 2_000; late === Infinity && performance.now() < end;) {
      await phone.send(new TextEncoder().encode("OPTIONS"), to);
      await phone.receive();
    }
    phone.close();
    assert.ok(late < 1_000, `${late} ms late`);
  },
);

Deno.test("a SIP message over UDP reaches core, and core's answer the phone", async () => {
  await using served = new Served();
  const [listener] = served.server.sip;
  const phone = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = phone.addr as Deno.NetAddr;
  served.relay.react = (seen) => {
    if (seen.type !== "sip") return;
    const { transport, host, port, flow } = seen.arrival;
    served.relay.send({ transport, host, port, flow }, `SIP/2.0 200 OK to ${seen.text}`);
  };
  const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: listener!.port };
  await phone.send(new TextEncoder().encode("OPTIONS"), to);
  const [bytes] = await phone.receive();
  assert.equal(new TextDecoder().decode(bytes), "SIP/2.0 200 OK to OPTIONS");
  const { arrival } = await served.relay.next("sip");
  assert.deepEqual(arrival, {
    transport: "udp",
    host: "127.0.0.1",
    port,
    flow: 0,
    localPort: listener!.port,
  });
  phone.close();
});
