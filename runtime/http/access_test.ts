import assert from "node:assert/strict";
import { isLoopback, refuseAccess } from "./access.ts";

const rules = {
  listener: "127.0.0.1",
  name: "127.0.0.1",
  origins: ["https://phone.example.org"],
  secure: false,
};
const own = "127.0.0.1:8080";

function request(headers: Record<string, string>): Request {
  return new Request("http://127.0.0.1:8080/ws", { headers: { host: own, ...headers } });
}

function reason(headers: Record<string, string>, remote = "127.0.0.1", listener = "127.0.0.1") {
  const refusal = refuseAccess(request(headers), remote, { ...rules, listener });
  assert.ok(refusal === undefined || refusal.status === 403);
  return refusal?.reason;
}

Deno.test("refuseAccess lets a program of this machine in", () => {
  for (const host of [own, "localhost:8080", "LOCALHOST", "[::1]:8080", "127.9.9.9:1"]) {
    assert.equal(reason({ host }), undefined, host);
  }
  assert.equal(reason({}, "::1", "::1"), undefined);
  assert.equal(reason({}, "::ffff:127.0.0.1"), undefined);
});

Deno.test("refuseAccess keeps out peers of other machines, and everybody when others could come", () => {
  for (const remote of ["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1", "2001:db8::1"]) {
    assert.match(reason({}, remote) ?? "", /from this machine/);
  }
  for (const listener of ["0.0.0.0", "::", "192.0.2.1"]) {
    assert.match(reason({}, "127.0.0.1", listener) ?? "", /loopback listener/);
  }
});

Deno.test("refuseAccess keeps out what a proxy forwards", () => {
  assert.match(reason({ "x-forwarded-for": "192.0.2.1" }) ?? "", /proxy/);
  assert.match(reason({ forwarded: "for=192.0.2.1" }) ?? "", /proxy/);
});

Deno.test("refuseAccess keeps out a rebound name", () => {
  for (
    const host of [
      "evil.example:8080",
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "127.0.0.1@evil.example",
      "evil.example#localhost",
      "localhost:8080:1",
      "localhost:99999",
      "[::1",
      "",
    ]
  ) {
    assert.match(reason({ host }) ?? "", /Host header/, host);
  }
  const named = { ...rules, name: "Relay.test" };
  assert.equal(refuseAccess(request({ host: "relay.test:8080" }), "127.0.0.1", named), undefined);
});

Deno.test("refuseAccess lets in pages of the same host and of listed origins only", () => {
  assert.equal(reason({ origin: `http://${own}` }), undefined);
  assert.equal(reason({ origin: "https://phone.example.org" }), undefined);
  assert.equal(reason({ host: "localhost:80", origin: "http://localhost" }), undefined);
  for (
    const origin of [
      "http://evil.example",
      "null",
      "",
      "http://127.0.0.1:8081",
      "http://127.0.0.1:8080.evil.example",
      "https://phone.example.org.evil.example",
      "http://phone.example.org",
      "https://phone.example.org:444",
      "file:///",
      `chrome-extension://${own}`,
      `http://localhost:8080`,
    ]
  ) {
    assert.match(reason({ origin }) ?? "", /origin/, origin);
  }
});

Deno.test("refuseAccess keeps out other sites' requests that carry no origin", () => {
  assert.equal(reason({ "sec-fetch-site": "same-origin" }), undefined);
  assert.equal(reason({ "sec-fetch-site": "none" }), undefined);
  assert.match(reason({ "sec-fetch-site": "cross-site" }) ?? "", /other sites/);
  assert.match(reason({ "sec-fetch-site": "same-site" }) ?? "", /other sites/);
});

Deno.test("isLoopback knows the loopback addresses and nothing that looks like them", () => {
  for (const address of ["127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(isLoopback(address), true, address);
  }
  for (const address of ["128.0.0.1", "1.127.0.0.1", "127.0.0.1.example", "::", "0.0.0.0", "::2", ""]) {
    assert.equal(isLoopback(address), false, address);
  }
});

Deno.test("refuseAccess over TLS wants pages that came over TLS too", () => {
  const secure = { ...rules, secure: true };
  const asked = (host: string, origin: string) =>
    refuseAccess(request({ host, origin }), "127.0.0.1", secure)?.reason;
  assert.equal(asked("127.0.0.1:8443", "https://127.0.0.1:8443"), undefined);
  assert.equal(asked("localhost", "https://localhost"), undefined);
  assert.equal(asked("localhost:443", "https://localhost"), undefined);
  assert.equal(asked("localhost", "https://phone.example.org"), undefined);
  for (const origin of ["http://127.0.0.1:8443", "https://127.0.0.1", "https://evil.example"]) {
    assert.match(asked("127.0.0.1:8443", origin) ?? "", /Pages of this origin/, origin);
  }
});
