// The opening handshake of a WebSocket, the client's side (RFC 6455 section 4.1).

import { createHash, randomBytes } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export interface Handshake {
  /** The whole request. */
  readonly request: string;
  /** What Sec-WebSocket-Accept has to say. */
  readonly accept: string;
}

/** `host` is HOST:PORT; `protocol` "" asks for none. */
export function handshake(
  { host, path, protocol }: { host: string; path: string; protocol: string },
): Handshake {
  const key = randomBytes(16).toString("base64");
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    ...(protocol === "" ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
  ];
  return { request: lines.join("\r\n") + "\r\n\r\n", accept: acceptOf(key) };
}

/** What a server answers to a key. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(key + GUID).digest("base64");
}

/** Why the server's answer opens no WebSocket: "" when it does. `head` ends before the empty line. */
export function refusalOf(head: string, accept: string): string {
  const [status = "", ...lines] = head.split("\r\n");
  const code = status.split(" ")[1] ?? "";
  if (code !== "101") return `login refused with ${/^\d{3}$/.test(code) ? code : "no HTTP status"}`;
  const found = lines.find((line) => /^sec-websocket-accept:/i.test(line));
  return found?.slice(found.indexOf(":") + 1).trim() === accept ? "" : "login answered with a wrong accept";
}
