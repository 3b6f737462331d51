// One question to one server over UDP, from a port of its own (RFC 5452 section 4.5).

import type { Millis } from "../../core/context.ts";
import type { Endpoint } from "../config/config.ts";
import { type Message, type Question, readAnswer, writeQuestion } from "./message.ts";

/** Datagrams that answer something else. More are an attempt to guess our id, and TCP ends that (RFC 5452 section 9.3). */
const FOREIGN_LIMIT = 32;

export interface Patience {
  readonly patience: Millis;
  readonly edns: boolean;
}

/** silent: nothing came in time. overTcp: the answer has to be fetched there. failed: it could not be sent, or not read. */
export type Exchanged = Message | "silent" | "overTcp" | "failed";

/** Only a datagram from the server's own address and port with our id and our question counts as its answer. */
export async function exchangeDatagrams(
  question: Question,
  server: Endpoint,
  { patience, edns }: Patience,
): Promise<Exchanged> {
  let socket: Deno.DatagramConn;
  try {
    const hostname = server.host.includes(":") ? "::" : "0.0.0.0";
    socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  } catch {
    return "failed";
  }
  let isOver = false;
  const end = () => {
    if (!isOver) socket.close();
    isOver = true;
  };
  const timer = setTimeout(end, patience);
  try {
    const to = { transport: "udp", hostname: server.host, port: server.port } as const;
    await socket.send(writeQuestion(question, { edns }), to);
    for (let foreign = 0; foreign < FOREIGN_LIMIT;) {
      const [bytes, from] = await socket.receive();
      // A stranger's is not even counted: whoever floods us so must not choose the transport.
      if (!isFrom(server, from)) continue;
      const answer = readAnswer(bytes, question);
      if (answer === "foreign") foreign++;
      else if (answer === "broken") return "failed";
      else return answer.isTruncated ? "overTcp" : answer;
    }
    return "overTcp";
  } catch {
    return isOver ? "silent" : "failed";
  } finally {
    clearTimeout(timer);
    end();
  }
}

function isFrom({ host, port }: Endpoint, from: Deno.Addr): boolean {
  return from.transport === "udp" && from.port === port && from.hostname === host;
}
