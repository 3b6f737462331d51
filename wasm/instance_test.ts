import { deepEqual, equal, notEqual } from "node:assert/strict";
import fc from "fast-check";
import { METHOD_INVITE, ROAP_ERROR } from "./assembly/codes.ts";
import type { CodecFramer } from "./framer.ts";
import type { Codec } from "./instance.ts";
import { createCodec, loadModule } from "./loader.ts";
import { brokenMessage, fieldText, nearMessage } from "./roap_arbitrary.ts";
import { changed } from "./sip_sample.ts";

/** A codec in use, with one connection. */
interface User {
  readonly codec: Codec;
  readonly framer: CodecFramer;
}

/** What a user does, and sees of it. */
type Deed = (user: User) => unknown;

const encoder = new TextEncoder();
const module = await loadModule();
const codecs = Array.from({ length: 4 }, () => createCodec(module));

const head = {
  method: METHOD_INVITE,
  requestUri: "sip:b@example.org",
  via: "SIP/2.0/UDP a.example;branch=z9hG4bK1",
  maxForwards: 70,
  route: "",
  from: "<sip:a@example.org>;tag=1",
  to: "<sip:b@example.org>",
  callId: "1",
  cseq: 1,
  contact: "",
  contentType: "text/plain",
  lines: [],
};
const roapHead = {
  type: ROAP_ERROR,
  offererSessionId: "1",
  answererSessionId: "",
  seq: 1,
  tieBreaker: -1,
  moreComing: false,
  errorType: 6,
  status: 500,
  from: "",
  to: "",
  sessionToken: "",
  responseToken: "",
};

const message = fc.tuple(fc.constantFrom("Call-ID", "To", "CSeq", "Subject", "start"), fieldText)
  .map(([name, text]) => changed(name, name === "start" ? text : `${name}: ${text}`));

const deed: fc.Arbitrary<Deed> = fc.oneof(
  message.map((text): Deed => ({ codec }) => [codec.sip.read(codec.loadText(text)), codec.sip.faultOffset]),
  nearMessage.map((text): Deed => ({ codec }) => codec.roap.read(codec.loadText(text))),
  brokenMessage.map((bytes): Deed => ({ codec }) => codec.roap.read(codec.load(bytes))),
  fc.nat(4).map((context): Deed => ({ codec: { envelope } }) => [
    envelope.toSip(context),
    envelope.toRoap(context),
    envelope.protocol,
    envelope.name,
  ]),
  fc.constantFrom<Deed[]>(
    ({ codec: { sip } }) => [seen(() => sip.text(sip.callId)), seen(() => sip.text(sip.to)), sip.status],
    ({ codec: { roap } }) => [seen(() => roap.text(roap.offererSessionId)), roap.seq, roap.faultMember],
    ({ codec: { sip } }) => seen(() => sip.responseLines("192.0.2.1", 5060)),
    ({ codec }) => seen(() => output(codec, codec.writeRequest(head, codec.sip.body))),
    ({ codec }) => seen(() => output(codec, codec.copyMessage())),
    ({ codec }) => [codec.headers.missing(), codec.headers.id("v")],
    ({ codec }) => codec.outputRoom(),
    ({ codec }) => codec.resetOutput(),
  ),
  fieldText.map((text): Deed => ({ codec: { uri } }) => [uri.read(`sip:${text}`), uri.user, uri.host]),
  fieldText.map((reason): Deed => ({ codec }) => output(codec, codec.writeRoap({ ...roapHead, reason })!)),
  message.map((text): Deed => ({ framer }) => {
    framer.push(encoder.encode(text));
    const frames: unknown[] = [];
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      frames.push(frame.type === "message" ? frame.bytes.join() : frame);
      if (frame.type === "fault") break;
    }
    return frames;
  }),
);

/** As new, for memory is too dear to make one for each run. */
function begin(codec: Codec): User {
  codec.resetOutput();
  codec.sip.read(0);
  codec.roap.read(0);
  codec.uri.read("");
  return { codec, framer: codec.framer() };
}

function seen(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}

function output(codec: Codec, { start, length }: { start: number; length: number }): string {
  return codec.outputText(start, length);
}

Deno.test("Codec: two in turn see what each alone would see", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), deed), { maxLength: 40 }), (deeds) => {
      const [alone, other, left, right] = codecs.map(begin) as [User, User, User, User];
      const expected = [
        deeds.filter(([isLeft]) => isLeft).map(([, act]) => act(alone)),
        deeds.filter(([isLeft]) => !isLeft).map(([, act]) => act(other)),
      ];
      const actual: [unknown[], unknown[]] = [[], []];
      for (const [isLeft, act] of deeds) actual[isLeft ? 0 : 1].push(act(isLeft ? left : right));
      deepEqual(actual, expected);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Codec: each has a memory of its own, and keeps it", () => {
  const buffers = codecs.map(({ memory }) => memory.bytes.buffer);
  equal(new Set(buffers).size, codecs.length);
  codecs.forEach((codec, index) => equal(codec.wasm.memory.buffer, buffers[index]));
});

Deno.test("Codec: what was written stays where it is while another one writes", () => {
  const [first, second] = codecs.map((codec) => begin(codec).codec) as [Codec, Codec, Codec, Codec];
  const one = first.writeRoap({ ...roapHead, reason: "one" })!;
  const text = output(first, one);
  const two = second.writeRoap({ ...roapHead, reason: "another" })!;
  notEqual(one, two);
  equal(output(first, one), text);
});
