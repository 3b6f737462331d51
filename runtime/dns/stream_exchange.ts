// One question to one server over TCP, RFC 7766: the length before the message, in both directions.

import type { Endpoint } from "../config/config.ts";
import type { Exchanged, Patience } from "./datagram_exchange.ts";
import { type Question, readAnswer, STREAM_BYTES, writeQuestion } from "./message.ts";

/** silent: not all of the answer came in time. failed: no connection, or what came is not the answer. */
export async function exchangeStream(
  question: Question,
  server: Endpoint,
  { patience, edns }: Patience,
): Promise<Exchanged> {
  const limit = new AbortController();
  let connection: Deno.TcpConn | undefined;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    limit.abort();
    connection?.close();
  }, patience);
  try {
    connection = await Deno.connect({ hostname: server.host, port: server.port, signal: limit.signal });
    const message = writeQuestion(question, { edns });
    const framed = new Uint8Array(2 + message.length);
    framed.set([message.length >> 8, message.length & 255]);
    framed.set(message, 2);
    for (let at = 0; at < framed.length;) at += await connection.write(framed.subarray(at));
    const [high = 0, low = 0] = await readWhole(connection, 2);
    const length = high << 8 | low;
    if (length > STREAM_BYTES) return "failed";
    const answer = readAnswer(await readWhole(connection, length), question);
    return typeof answer === "string" || answer.isTruncated ? "failed" : answer;
  } catch {
    return isLate ? "silent" : "failed";
  } finally {
    clearTimeout(timer);
    if (!isLate) connection?.close();
  }
}

/** @throws Error when the connection ends before that. */
async function readWhole(connection: Deno.TcpConn, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Error("The server closed the connection");
    at += count;
  }
  return bytes;
}
