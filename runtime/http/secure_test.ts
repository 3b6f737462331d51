import assert from "node:assert/strict";
import { Authority } from "../../test/certificates.ts";
import { Served } from "../../test/served.ts";
import { ListenError } from "../listen_error.ts";

const authority = new Authority();
const free = { host: "127.0.0.1", port: 0 };
const caCerts = [authority.certificate];

function serve(names = ["127.0.0.1", "localhost"]): Served {
  const credentials = { identity: authority.issue({ names }), authorities: [] };
  return new Served({ https: free }, { credentials });
}

function url(served: Served, path: string, scheme = "https"): string {
  return `${scheme}://127.0.0.1:${served.server.https!.port}${path}`;
}

/** alice's, over TLS. Libraries' types of the DOM know nothing of Deno's options. */
function webSocket(served: Served, options: { client: Deno.HttpClient; protocols?: string[] }): WebSocket {
  return new WebSocket(url(served, "/ws?user=alice", "wss"), options as unknown as string[]);
}

Deno.test("HttpServer serves page, ladder and health over TLS", async () => {
  await using served = serve();
  using client = Deno.createHttpClient({ caCerts });
  for (
    const [path, status] of [["/", 200], ["/healthz", 200], ["/readyz", 200], ["/nothing", 404]] as const
  ) {
    const response = await fetch(url(served, path), { client });
    assert.equal(response.status, status);
    await response.text();
  }
  const own = url(served, "").replace(/\/$/, "");
  const asked = async (origin: string) => {
    const response = await fetch(url(served, "/ladder?user=alice"), { client, headers: { origin } });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await asked(own), 200);
  assert.equal(await asked(own.replace("https", "http")), 403);
});

Deno.test("HttpServer has WebSockets over TLS, and says of their feeds that they are secure", async () => {
  await using served = serve();
  using client = Deno.createHttpClient({ caCerts });
  const socket = webSocket(served, { protocols: ["roap"], client });
  const opened = new Promise((resolve) => socket.onopen = resolve);
  const { login, feed } = await served.relay.next("open");
  await opened;
  assert.deepEqual(login, { user: "alice", dialect: "roap", secure: true });
  const text = "x".repeat(50_000);
  const heard = new Promise<string>((resolve) => socket.onmessage = ({ data }) => resolve(data));
  served.relay.react = (seen) => {
    if (seen.type === "roap") served.relay.say(feed, text);
  };
  socket.send(text);
  assert.equal((await served.relay.next("roap")).text, text);
  assert.equal(await heard, text);
  await using plain = await served.browser("bob");
  const logins = served.relay.seen.flatMap((seen) => seen.type === "open" ? [seen.login] : []);
  assert.deepEqual(logins[1], { user: "bob", dialect: "roap" });
  assert.equal(plain.socket.readyState, WebSocket.OPEN);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  await served.relay.next("closed");
});

Deno.test("HttpServer goes on with its WebSockets while its certificate changes", async () => {
  await using served = serve(["127.0.0.1"]);
  using client = Deno.createHttpClient({ caCerts });
  const socket = webSocket(served, { client });
  await new Promise((resolve) => socket.onopen = resolve);
  await served.server.renew({ identity: authority.issue({ names: ["elsewhere.example"] }), authorities: [] });
  using fresh = Deno.createHttpClient({ caCerts });
  await assert.rejects(
    fetch(url(served, "/healthz"), { client: fresh }),
    (error: Error) => /not valid for name/.test(String(error.cause)),
  );
  socket.send("still here");
  assert.equal((await served.relay.next("roap")).text, "still here");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("HttpServer counts connections over TLS with the others", async () => {
  const credentials = { identity: authority.issue(), authorities: [] };
  await using served = new Served({ https: free, perAddress: 2 }, { credentials });
  using client = Deno.createHttpClient({ caCerts });
  await using _first = await served.browser("a");
  await using _second = await served.browser("b");
  const response = await fetch(url(served, "/healthz"), { client });
  assert.equal(response.status, 503);
  await response.text();
});

Deno.test("HttpServer says in one line that the port for TLS is in use", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const https = { host: "127.0.0.1", port: taken.addr.port };
  const credentials = { identity: authority.issue(), authorities: [] };
  assert.throws(
    () => new Served({ https }, { credentials }),
    (error: unknown) =>
      error instanceof ListenError &&
      error.message === `Cannot listen on https 127.0.0.1:${https.port}: the port is in use`,
  );
});
