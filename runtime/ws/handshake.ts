// The server's half of the opening handshake (RFC 6455 section 4.2).

import { createHash } from "node:crypto";
import type { RequestHead } from "./request_head.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION = "13";
/** 16 bytes in base64. */
const KEY = /^[A-Za-z\d+/]{22}==$/;

/** The answer to one that is not as it should be. */
export interface HandshakeFault {
  readonly status: number;
  readonly reason: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether it wants to be a WebSocket: all others are plain HTTP. */
export function isUpgrade({ method, headers }: RequestHead): boolean {
  return method === "GET" && headers.lists("upgrade", "websocket");
}

/** What is wrong with an upgrade, section 4.2.1; undefined = nothing. */
export function checkHandshake({ minor, headers }: RequestHead): HandshakeFault | undefined {
  if (minor !== 1) return { status: 400, reason: "A WebSocket needs HTTP/1.1" };
  if (!headers.lists("connection", "upgrade")) {
    return { status: 400, reason: "The Connection header has no Upgrade" };
  }
  if (headers.get("sec-websocket-version") !== VERSION) {
    const reason = "Only version 13 is spoken here";
    return { status: 426, reason, headers: { upgrade: "websocket", "sec-websocket-version": VERSION } };
  }
  if (!KEY.test(headers.get("sec-websocket-key") ?? "")) {
    return { status: 400, reason: "Sec-WebSocket-Key is not 16 bytes in base64" };
  }
  // A body would be taken for frames.
  if (headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0") {
    return { status: 400, reason: "A handshake has no body" };
  }
  return undefined;
}

/** The answer that opens it. `protocol` "" = none was asked for. No extension is ever agreed on. */
export function handshakeAnswer({ headers }: RequestHead, protocol: string): string {
  const key = headers.get("sec-websocket-key") ?? "";
  const accept = createHash("sha1").update(key + GUID).digest("base64");
  const chosen = protocol === "" ? "" : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
    `Sec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`;
}
