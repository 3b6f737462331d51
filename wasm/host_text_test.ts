import assert from "node:assert/strict";
import { HostText } from "./host_text.ts";

const encoder = new TextEncoder();
const bytes = new Uint8Array(1024);
const hosts = [new HostText(bytes), new HostText(bytes, null)];

Deno.test("HostText makes the same of UTF-8 with node:buffer and without, whatever the length", () => {
  for (let length = 0; length <= 300; length++) {
    for (const wide of ["é", "€", "😀", "\ufeff"]) {
      const text = "x".repeat(length) + wide + "y";
      const { written } = encoder.encodeInto(text, bytes.subarray(7));
      for (const host of hosts) assert.equal(host.utf8(7, 7 + written), text);
    }
  }
});

Deno.test("HostText makes U+FFFD of what is no UTF-8, the same on all hosts", () => {
  const parts = [0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0xef, 0xbb, 0xf0, 0x90, 0xf4, 0xff];
  for (const first of parts) {
    for (const second of parts) {
      for (const third of parts) {
        bytes.set([first, second, third, 0x42], 3);
        const [one, other] = hosts.map((host) => host.utf8(3, 7));
        assert.equal(one, other);
        assert.equal(one, new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(3, 7)));
      }
    }
  }
});

Deno.test("HostText makes the same of ASCII on all hosts", () => {
  for (let code = 0; code < 128; code++) bytes[code] = code;
  const text = String.fromCharCode(...bytes.subarray(0, 128));
  for (const host of hosts) {
    for (let end = 0; end <= 128; end++) assert.equal(host.ascii(0, end), text.slice(0, end));
  }
});
