// Node.js's own WebSocket client on the relay: text both ways, subprotocol, both ends of the closing handshake.

import assert from "node:assert/strict";
import { startRelay } from "./relay.ts";

const SCRIPT = `
  const [url] = process.argv.slice(1);
  const socket = new WebSocket(url, ["chat", "roap.ims"]);
  const said = [];
  socket.onopen = () => {
    said.push(socket.protocol + " " + socket.extensions);
    socket.send("{" + " ".repeat(20000) + "zażółć");
  };
  socket.onmessage = ({ data }) => {
    said.push(JSON.parse(data).messageType);
    if (said.length === 2) socket.send(new Uint8Array(3));
  };
  socket.onclose = ({ code, wasClean }) => {
    said.push(code, wasClean);
    console.log(JSON.stringify(said));
  };
`;

/** Node.js 20 asks for it, later ones take it as said. */
const FLAG = "--experimental-websocket";

async function hasClient(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("node", { args: [FLAG, "-p", "typeof WebSocket"] }).output();
    return new TextDecoder().decode(stdout).trim() === "function";
  } catch {
    return false;
  }
}

Deno.test({
  name: "Node.js's WebSocket client (skipped where Node.js has none)",
  ignore: !await hasClient(),
  fn: async () => {
    await using relay = await startRelay();
    const { stdout, stderr } = await new Deno.Command("node", {
      args: [FLAG, "--no-warnings", "-e", SCRIPT, relay.webSocket("node")],
    })
      .output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), ["roap.ims ", "ERROR", 1003, true]);
  },
});
