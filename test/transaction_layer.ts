// The transaction layer alone, for its unit tests: messages as text go in and come out.

import { load, resetOutput } from "../wasm/codec.ts";
import { sip } from "../wasm/sip.ts";
import type { Context, TimerOwner } from "../core/context.ts";
import type { Hop } from "../core/hop.ts";
import type { ClientTransaction } from "../core/sip/transaction/client_transaction.ts";
import type { ServerTransaction } from "../core/sip/transaction/server_transaction.ts";
import { type Arrival, Transactions, type TransactionUser } from "../core/sip/transaction/transactions.ts";
import { TimerWheel } from "../core/timer/wheel.ts";
import { BoundedTable } from "../runtime/tables.ts";

export const udp: Arrival = { transport: "udp", host: "192.0.2.1", port: 40_000, flow: 0, localPort: 5060 };

/** A layer whose user answers nothing by itself. Times are fed in; what is sent is read back as text. */
export function layer({ limit = 100 } = {}) {
  const told: string[] = [];
  const requests: ServerTransaction[] = [];
  let onRequest = (_: ServerTransaction) => {};
  let serial = 0;
  const context: Context = {
    now: 0,
    call: 0,
    random: { token: () => `token${++serial}`, uint32: () => 7 },
    outputs: [],
    wheel: new TimerWheel<TimerOwner>({ now: 0 }),
  };
  const user: TransactionUser = {
    request: (transaction) => {
      told.push("request");
      requests.push(transaction);
      onRequest(transaction);
    },
    ack: () => told.push("ack"),
    response: () => told.push(`response ${sip.status}`),
    strayResponse: () => told.push(`stray ${sip.status}`),
    failed: (_, cause) => told.push(`failed ${cause}`),
  };
  const clients = new BoundedTable<ClientTransaction>(limit);
  const servers = new BoundedTable<ServerTransaction>(limit);
  const transactions = new Transactions({ context, clients, servers, user });
  const sent = () => {
    const messages: { hop: Hop; text: string }[] = [];
    for (const output of context.outputs.splice(0)) {
      if (output.type !== "sip") continue;
      messages.push({ hop: output.hop, text: new TextDecoder().decode(output.bytes) });
    }
    resetOutput();
    return messages;
  };
  return {
    context,
    clients,
    servers,
    transactions,
    told,
    requests,
    sent,
    receive(text: string | Uint8Array, arrival: Arrival = udp) {
      const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      transactions.received(arrival, sip.read(load(bytes)));
      return sent();
    },
    tick(now: number) {
      context.now = now;
      context.wheel.advance(now, (owner, kind) => {
        transactions.timeout(owner as ClientTransaction | ServerTransaction, kind);
      });
      return sent();
    },
    set onRequest(act: (transaction: ServerTransaction) => void) {
      onRequest = act;
    },
  };
}

interface Parts {
  method?: string;
  via?: string;
  to?: string;
  cseq?: string;
  extra?: string;
  requestUri?: string;
}

export function requestText(parts: Parts = {}): string {
  const { method = "OPTIONS", via = "SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKa", to = "<sip:b@192.0.2.2>" } =
    parts;
  const { cseq = `1 ${method}`, extra = "", requestUri = "sip:b@192.0.2.2" } = parts;
  return `${method} ${requestUri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: <sip:a@192.0.2.1>;tag=f\r\n` +
    `To: ${to}\r\nCall-ID: c1\r\nCSeq: ${cseq}\r\n${extra}Content-Length: 0\r\n\r\n`;
}

export function responseText(
  status: number,
  { method = "INVITE", via = "z9hG4bKx", vias = "" } = {},
): string {
  return `SIP/2.0 ${status} Reason\r\nVia: SIP/2.0/UDP 192.0.2.2:5060;branch=${via}\r\n${vias}From: <sip:a@192.0.2.2>;tag=f\r\n` +
    `To: <sip:b@192.0.2.1>;tag=t\r\nCall-ID: c1\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;
}

export function firstLine(text: string): string {
  return text.slice(0, text.indexOf("\r\n"));
}

export function toLine(text: string): string {
  return /\r\nTo: ([^\r]*)/.exec(text)![1]!;
}

export const hop: Hop = { transport: "udp", host: "192.0.2.1", port: 5060, flow: 0 };

export function send(transactions: Transactions, method: number, branch = "z9hG4bKx", body = "") {
  return transactions.send({
    branch,
    head: {
      method,
      requestUri: "sip:b@192.0.2.1",
      via: `SIP/2.0/UDP 192.0.2.2:5060;branch=${branch}`,
      maxForwards: 70,
      route: "",
      from: "<sip:a@192.0.2.2>;tag=f",
      to: "<sip:b@192.0.2.1>",
      callId: "c1",
      cseq: 1,
      contact: "",
      contentType: "",
      lines: [],
    },
    body: body === "" ? undefined : new TextEncoder().encode(body),
    hop,
    owner: {},
    call: 0,
  });
}
