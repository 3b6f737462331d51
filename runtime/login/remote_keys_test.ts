import assert from "node:assert/strict";
import { RecordedLog } from "../../test/recording_relay.ts";
import { newKey } from "../../test/token_issuer.ts";
import { KeysUnavailable, RemoteKeys, type RemoteKeysLimits } from "./remote_keys.ts";

const first = await newKey("RS256", "first");
const second = await newKey("ES256", "second");

/** Where keys are published, by whatever the test answers. */
class Publisher implements AsyncDisposable {
  answer: (request: Request) => Response | Promise<Response> = () => publish(first.published);
  asked = 0;
  now = 0;
  readonly log = new RecordedLog();
  readonly #server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    this.asked++;
    return this.answer(request);
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/keys`;
  }

  keys(limits: Partial<RemoteKeysLimits> = {}): RemoteKeys {
    return new RemoteKeys({ url: this.url, log: this.log, now: () => this.now, limits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function publish(...keys: object[]): Response {
  return Response.json({ keys });
}

const FIRST = { alg: "RS256", kid: "first" };
const SECOND = { alg: "ES256", kid: "second" };
const unknown = /no applicable key/;

Deno.test("RemoteKeys.find fetches once for many, and once only", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys();
  keys.start();
  const found = await Promise.all([keys.find(FIRST), keys.find(FIRST), keys.find(FIRST)]);
  assert.ok(found.every(({ type }) => type === "public"));
  await keys.find(FIRST);
  assert.equal(publisher.asked, 1);
});

Deno.test("RemoteKeys.renew fetches at once, and what it finds takes the others' place", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys();
  await keys.find(FIRST);
  publisher.answer = () => publish(second.published);
  keys.renew();
  await keys.find(SECOND);
  await assert.rejects(keys.find(FIRST), unknown);
  publisher.answer = () => new Response(null, { status: 500 });
  keys.renew();
  await assert.rejects(keys.find(FIRST), unknown);
  await keys.find(SECOND);
  assert.deepEqual([publisher.asked, keys.counts], [3, { fetches: 3, failures: 1 }]);
});

Deno.test("RemoteKeys.find: an unknown key is asked for, no more often than every 30 seconds", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys();
  await keys.find(FIRST);
  publisher.answer = () => publish(first.published, second.published);
  await assert.rejects(keys.find(SECOND), unknown);
  publisher.now = 29_999;
  await assert.rejects(keys.find(SECOND), unknown);
  assert.equal(publisher.asked, 1);
  publisher.now = 30_000;
  assert.equal((await keys.find(SECOND)).type, "public");
  await keys.find(FIRST);
  await assert.rejects(keys.find({ alg: "ES256", kid: "third" }), unknown);
  assert.equal(publisher.asked, 2);
});

Deno.test("RemoteKeys.find: a key that is published no more is believed no more", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys();
  await keys.find(FIRST);
  publisher.answer = () => publish(second.published);
  publisher.now = 600_000;
  // Used once more, and asked for meanwhile.
  await keys.find(FIRST);
  await keys.find(SECOND);
  await assert.rejects(keys.find(FIRST), unknown);
  assert.equal(publisher.asked, 2);
});

Deno.test("RemoteKeys.find: a publisher that fails keeps nobody out whose key is known, for a day", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys();
  await keys.find(FIRST);
  publisher.answer = () => new Response("out of order", { status: 500 });
  for (publisher.now = 600_000; publisher.now < 86_400_000; publisher.now += 7_200_000) {
    await keys.find(FIRST);
  }
  publisher.now = 86_400_000;
  await assert.rejects(keys.find(FIRST), KeysUnavailable);
  publisher.answer = () => publish(first.published);
  publisher.now += 5_000;
  await keys.find(FIRST);
  assert.ok(keys.counts.failures > 0);
  assert.ok(publisher.log.lines.some(({ text }) => /could not be fetched/.test(text)));
});

Deno.test("RemoteKeys.find: without any key it says so at once until it may ask again", async () => {
  await using publisher = new Publisher();
  publisher.answer = () => new Response("no", { status: 404 });
  const keys = publisher.keys();
  await assert.rejects(keys.find(FIRST), KeysUnavailable);
  publisher.now = 4_999;
  await assert.rejects(keys.find(FIRST), KeysUnavailable);
  assert.equal(publisher.asked, 1);
  publisher.answer = () => publish(first.published);
  publisher.now = 5_000;
  await keys.find(FIRST);
});

Deno.test("RemoteKeys.find: answers that are no keys", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) }),
    );
  const key = first.published;
  const cases: [() => Response, RegExp][] = [
    [() => new Response("<html>"), /not JSON/],
    [() => Response.json([]), /no JWK Set/],
    [() => Response.json(null), /no JWK Set/],
    [() => Response.json({ keys: [1] }), /not an object/],
    [() => publish(...Array.from({ length: 65 }, () => key)), /more than 64 keys/],
    [endless, /longer than 262144 bytes/],
    [() => Response.redirect("http://127.0.0.1:9/keys"), /redirect/i],
  ];
  for (const [answer, reason] of cases) {
    await using publisher = new Publisher();
    publisher.answer = answer;
    await assert.rejects(publisher.keys().find(FIRST), KeysUnavailable);
    const line = publisher.log.lines.at(-1) as { fields?: { error?: string } } | undefined;
    assert.match(JSON.stringify(line), reason);
  }
});

Deno.test("RemoteKeys.find: a publisher that is silent keeps only those waiting whose key is unknown", async () => {
  await using publisher = new Publisher();
  const keys = publisher.keys({ patience: 50, waiting: 2 });
  await keys.find(FIRST);
  const { promise, resolve } = Promise.withResolvers<Response>();
  publisher.answer = () => promise;
  publisher.now = 30_000;
  const waiting = [keys.find(SECOND), keys.find(SECOND)].map((each) => assert.rejects(each, unknown));
  await assert.rejects(keys.find(SECOND), KeysUnavailable);
  await keys.find(FIRST);
  await Promise.all(waiting);
  assert.equal(keys.counts.failures, 1);
  resolve(new Response());
});

Deno.test("RemoteKeys.find: secret keys and weak ones are not used", async () => {
  await using publisher = new Publisher();
  publisher.answer = () => publish({ kty: "oct", kid: "first", k: "AAAA", alg: "RS256" });
  await assert.rejects(publisher.keys().find(FIRST), unknown);
  publisher.answer = () => publish({ ...first.published, use: "enc" });
  await assert.rejects(publisher.keys().find(FIRST), unknown);
  publisher.answer = () => publish({ ...first.published, alg: "RS512" });
  await assert.rejects(publisher.keys().find(FIRST), unknown);
});
