// A peer that does next to nothing: turns each message of a call into the next one and keeps nothing. What the generator reaches
// against it is the generator's own ceiling, a little less for the core that the peer takes.
//
//   OFFER ─► INVITE · 200 ─► ACK, ANSWER · SHUTDOWN ─► BYE, OK

import { Arena } from "../generator/arena.ts";
import { findNumber, numberAt } from "../generator/call_number.ts";
import { openLibc, raiseFileLimit } from "../generator/libc.ts";
import { Poller } from "../generator/poller.ts";
import { OFFER, RoapIndex, SHUTDOWN } from "../generator/roap_index.ts";
import { INVITE, SipIndex, VIA } from "../generator/sip_index.ts";
import { hostNumber } from "../generator/socket_address.ts";
import { BROWSER, CALL, Template } from "../generator/template.ts";
import { UdpSocket } from "../generator/udp_socket.ts";
import { OFFER_SDP } from "../sdp.ts";
import { ServedStreams } from "./served_streams.ts";

const UDP = 0xffff_ffff;
const LOOPBACK = hostNumber("127.0.0.1");
const [CR, LF, BACKSLASH] = [13, 10, 92];
/** First letter of the stream's number in a branch. */
const STREAM = 115;
const WAIT = 1_000;

class Echo {
  readonly #arena = new Arena(8 * 1024 * 1024);
  readonly #udp: UdpSocket;
  readonly #poller: Poller;
  readonly #streams: ServedStreams;
  readonly #roap = new RoapIndex();
  readonly #sip = new SipIndex();
  readonly #port: number;
  readonly #invite: Template;
  readonly #ack: Template;
  readonly #bye: Template;
  readonly #answer: Template;
  readonly #answerEnd: Template;
  readonly #ok: Template;

  constructor(port: number) {
    const arena = this.#arena;
    const libc = openLibc();
    raiseFileLimit(libc);
    this.#port = port;
    this.#poller = new Poller(libc, arena);
    const at = { host: LOOPBACK, port: 0 };
    this.#udp = new UdpSocket(libc, arena, at);
    this.#poller.add(this.#udp.fd, UDP);
    const events = { text: (stream: number, start: number, end: number) => this.#said(stream, start, end) };
    this.#streams = new ServedStreams({ libc, arena, poller: this.#poller, events, at });
    const request = (method: string, cseq: number, rest: string) =>
      new Template(
        arena,
        `${method} sip:c${CALL}@127.0.0.1:${port} SIP/2.0\r\n` +
          `Via: SIP/2.0/UDP 127.0.0.1:${this.#udp.port};branch=z9hG4bKecho.c${CALL}.s${BROWSER}${method};rport\r\n` +
          `Max-Forwards: 70\r\nFrom: <sip:s${BROWSER}@echo.invalid>;tag=c${CALL}\r\n` +
          `To: <sip:c${CALL}@ims.invalid>${method === "INVITE" ? "" : `;tag=ac${CALL}`}\r\n` +
          `Call-ID: echo.c${CALL}\r\nCSeq: ${cseq} ${method}\r\n${rest}`,
      );
    const length = OFFER_SDP.replaceAll(CALL, "0".repeat(10)).length;
    this.#invite = request(
      "INVITE",
      1,
      `Contact: <sip:echo@127.0.0.1:${this.#udp.port}>\r\nContent-Type: application/sdp\r\n` +
        `Content-Length: ${length}\r\n\r\n${OFFER_SDP}`,
    );
    this.#ack = request("ACK", 1, "Content-Length: 0\r\n\r\n");
    this.#bye = request("BYE", 2, "Content-Length: 0\r\n\r\n");
    const ids = `"answererSessionId":"e${CALL}","offererSessionId":"c${CALL}"`;
    this.#answer = new Template(arena, `{"messageType":"ANSWER",${ids},"sdp":"`);
    this.#answerEnd = new Template(arena, `","seq":1}`);
    this.#ok = new Template(arena, `{"messageType":"OK",${ids},"seq":2}`);
  }

  get ports(): { http: number; sip: number } {
    return { http: this.#streams.port, sip: this.#udp.port };
  }

  /** For ever: who started it ends it. */
  run(): never {
    for (;;) {
      const events = this.#poller.wait(WAIT);
      for (let event = 0; event < events; event++) {
        const key = this.#poller.keyOf(event);
        if (key === UDP) this.#receive();
        else this.#streams.ready(key);
      }
      this.#udp.flush();
    }
  }

  #said(stream: number, start: number, end: number): void {
    const { bytes } = this.#arena;
    if (!this.#roap.read(bytes, start, end)) return;
    const call = numberAt(bytes, this.#roap.offerer.start, this.#roap.offerer.end);
    if (call < 0) return;
    if (this.#roap.type === OFFER) return this.#request(this.#invite, call, stream);
    if (this.#roap.type !== SHUTDOWN) return;
    this.#request(this.#bye, call, stream);
    const at = this.#streams.reserve();
    this.#streams.commit(stream, this.#ok.write(at, call) - at);
  }

  #receive(): void {
    const { bytes } = this.#arena;
    const count = this.#udp.receive();
    for (let i = 0; i < count; i++) {
      const start = this.#udp.startOf(i);
      const message = this.#sip;
      if (!message.read(bytes, start, start + this.#udp.lengthOf(i))) continue;
      if (message.status !== 200 || message.method !== INVITE) continue;
      const via = message.find(VIA);
      const call = findNumber(bytes, message.values[via]!, message.ends[via]!);
      const stream = findNumber(bytes, message.values[via]!, message.ends[via]!, STREAM);
      if (call < 0 || stream < 0) continue;
      this.#request(this.#ack, call, stream);
      const at = this.#streams.reserve();
      const body = this.#escape(this.#answer.write(at, call), message.bodyStart, message.end);
      this.#streams.commit(stream, this.#answerEnd.write(body, call) - at);
    }
  }

  #request(template: Template, call: number, stream: number): void {
    const at = this.#udp.reserve();
    this.#udp.commit(template.write(at, call, stream) - at, LOOPBACK, this.#port);
  }

  /** A text of printable ASCII and line ends as JSON has it. */
  #escape(at: number, start: number, end: number): number {
    const { bytes } = this.#arena;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === CR || byte === LF) bytes[at++] = BACKSLASH;
      bytes[at++] = byte === CR ? 114 : byte === LF ? 110 : byte;
    }
    return at;
  }
}

if (import.meta.main) {
  const echo = new Echo(Number(Deno.args[0]));
  console.log(JSON.stringify(echo.ports));
  echo.run();
}
