import assert from "node:assert/strict";
import { asking } from "./ask.ts";

Deno.test("asking: a silent server is given up on, after a second try", async () => {
  const server = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const dns = { host: "127.0.0.1", port: (server.addr as Deno.NetAddr).port };
  const ask = asking({ dns, patience: 30, families: [4] });
  const start = performance.now();
  assert.deepEqual(await ask("SRV", "_sip._udp.a.example"), []);
  assert.deepEqual(await ask("ADDRESS", "a.example"), []);
  assert.ok(performance.now() - start >= 4 * 30 - 5);
  server.close();
});

Deno.test("asking: nonsense for an answer is no answer", async () => {
  const server = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const answering = (async () => {
    for await (const [question, from] of server) {
      // The question's own id, flags of a response, then rubbish.
      const answer = new Uint8Array(40).fill(0xff);
      answer.set(question.subarray(0, 2));
      answer[2] = 0x80;
      await server.send(answer, from);
    }
  })();
  const dns = { host: "127.0.0.1", port: (server.addr as Deno.NetAddr).port };
  assert.deepEqual(await asking({ dns, patience: 30 })("NAPTR", "a.example"), []);
  server.close();
  await answering;
});

Deno.test("asking: a server that is not there has no records", async () => {
  const server = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const dns = { host: "127.0.0.1", port: (server.addr as Deno.NetAddr).port };
  server.close();
  assert.deepEqual(await asking({ dns, patience: 30 })("SRV", "_sip._udp.a.example"), []);
});

Deno.test("asking: without a server of its own the system is asked, and knows localhost", async () => {
  const ask = asking({ dns: undefined, families: [4] });
  assert.deepEqual(await ask("ADDRESS", "localhost"), ["127.0.0.1"]);
  assert.deepEqual(await ask("NAPTR", "localhost"), []);
  assert.deepEqual(await ask("SRV", "_sip._udp.localhost"), []);
});
