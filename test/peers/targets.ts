// Targets of a name that do not do what is wanted of them, and a call to one that does.

import assert from "node:assert/strict";
import type { LiveBrowser } from "./live_browser.ts";
import { LOOPBACK } from "./ports.ts";
import type { Address } from "./relay.ts";
import { describe } from "./sdp.ts";
import type { Sipp } from "./sipp.ts";

/** A whole call; resolves to how long it took until the phone's answer came. */
export async function call(alice: LiveBrowser, phone: Sipp, sdp = describe("alice")): Promise<number> {
  const start = Date.now();
  alice.call("sip:bob@ims.example", sdp);
  const answer = await alice.gets("ANSWER");
  const waited = Date.now() - start;
  await phone.sees("received ACK");
  alice.hangUp(answer, 2);
  await alice.gets("OK");
  await phone.done();
  assert.equal(phone.message("received INVITE").body, sdp);
  return waited;
}

/** Somebody who takes datagrams and says nothing. */
export class Silent implements Disposable {
  readonly branches = new Set<string>();
  copies = 0;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });

  constructor() {
    void this.#listen();
  }

  get address(): Address {
    return { host: LOOPBACK, port: (this.#socket.addr as Deno.NetAddr).port };
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#socket) {
      this.copies++;
      this.branches.add(/branch=([^;\s]+)/.exec(new TextDecoder().decode(bytes))![1]!);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Somebody who refuses every INVITE. */
export class Refusing implements Disposable {
  invites = 0;
  readonly #refusal: readonly string[];
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: LOOPBACK, port: 0 });

  /** @param refusal Status line and header lines. */
  constructor(...refusal: string[]) {
    this.#refusal = refusal;
    void this.#listen();
  }

  get address(): Address {
    return { host: LOOPBACK, port: (this.#socket.addr as Deno.NetAddr).port };
  }

  async #listen(): Promise<void> {
    for await (const [bytes, from] of this.#socket) {
      const request = new TextDecoder().decode(bytes);
      if (!request.startsWith("INVITE")) continue;
      this.invites++;
      const kept = request.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq):/.test(line));
      const to = `${/^To:.*/m.exec(request)![0].trim()};tag=full`;
      const [statusLine, ...more] = this.#refusal;
      const lines = [`SIP/2.0 ${statusLine}`, ...kept, to, ...more, "Content-Length: 0"];
      await this.#socket.send(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`), from);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
